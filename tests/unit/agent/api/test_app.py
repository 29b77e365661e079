"""All calls in one table, described by one document."""

from agent.api.app import API_VERSION, page_files, routes


def test_no_call_is_there_twice(counter):
    calls = [(row.method, row.path) for row in routes(counter.place)]
    assert len(calls) == len(set(calls))
    assert {("POST", "/v1/sales"), ("GET", "/v1/events"), ("GET", "/v1/openapi.json")} <= set(calls)


def test_every_call_says_what_it_does_and_takes_no_unknown_field(counter):
    for row in routes(counter.place):
        assert row.summary, row.path
        if row.method == "POST" and row.path != "/v1/page/pair":
            assert "pos" in row.scopes, row.path
        assert "read" not in row.scopes or row.method == "GET", "who reads only changes nothing"


def test_the_document_describes_them_all(counter):
    document = counter.call(routes, "GET", "/v1/openapi.json")
    assert document["info"]["version"] == API_VERSION
    assert counter.call(routes, "GET", "/v1/openapi.json")["paths"].keys() == document["paths"].keys()
    sale = document["components"]["schemas"]["Sale"]
    assert sale["additionalProperties"] is False
    assert sale["required"] == ["lines"]


def test_the_page_is_shipped():
    assert "index.html" in page_files()
