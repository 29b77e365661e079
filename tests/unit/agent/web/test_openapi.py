import json
import re
from typing import Annotated

from msgspec import Meta, Struct

from agent.errors import Conflict
from agent.loyalty.decision import Decision
from agent.loyalty.sale import Sale
from agent.web.openapi import openapi
from agent.web.routes import FREE, Route


class Find(Struct, forbid_unknown_fields=True):
    card: str
    after: Annotated[int, Meta(ge=0)] = 0


ROUTES = [
    Route(method="GET", path="/v1/health", scopes=FREE, handler=print, summary="Ready", answer=dict[str, bool]),
    Route(
        method="POST",
        path="/v1/quotes",
        scopes=("pos",),
        handler=print,
        summary="Quote",
        request=Sale,
        answer=Decision,
        faults=(Conflict,),
    ),
    Route(
        method="POST",
        path="/v1/sales/{id}/void",
        scopes=("pos", "page"),
        handler=print,
        summary="Void",
        status=201,
        answer=Decision,
    ),
    Route(
        method="GET",
        path="/v1/members",
        scopes=("pos",),
        handler=print,
        summary="Look up",
        query=Find,
        answer=list[str],
    ),
    Route(
        method="GET", path="/v1/receipts/{id}.png", scopes=("page",), handler=print, summary="See", media="image/png"
    ),
    Route(method="DELETE", path="/v1/current", scopes=("pos",), handler=print, summary="Clear"),
    Route(method="POST", path="/v1/push", scopes=("till",), handler=print, summary="Push", request=bytes),
]
DOCUMENT = openapi(ROUTES, title="Kopilka", version="1")


def refs(value):
    if isinstance(value, dict):
        yield from (item for key, item in value.items() if key == "$ref")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from refs(item)


def test_every_reference_leads_somewhere():
    names = {ref.removeprefix("#/components/schemas/") for ref in refs(DOCUMENT)}
    assert names
    assert names <= set(DOCUMENT["components"]["schemas"])
    json.dumps(DOCUMENT)


def test_every_call_is_there_once_with_its_own_id():
    operations = [op for path in DOCUMENT["paths"].values() for op in path.values()]
    assert len(operations) == len(ROUTES)
    assert len({op["operationId"] for op in operations}) == len(ROUTES)
    for op in operations:
        assert re.fullmatch(r"\w+", op["operationId"])
        assert any(status.startswith("2") for status in op["responses"])


def test_a_call_says_what_it_takes_and_answers():
    quote = DOCUMENT["paths"]["/v1/quotes"]["post"]
    assert quote["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Sale"}
    assert quote["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Decision"
    }
    assert quote["security"] == [{"bearer": []}]
    assert {"400", "401", "403", "408", "409", "413", "415", "421", "500"} <= set(quote["responses"])
    void = DOCUMENT["paths"]["/v1/sales/{id}/void"]["post"]
    assert (void["parameters"][0]["name"], void["parameters"][0]["in"]) == ("id", "path")
    assert void["security"] == [{"bearer": []}, {"page": []}]
    assert "201" in void["responses"]


def test_queries_pictures_and_empty_answers():
    find = DOCUMENT["paths"]["/v1/members"]["get"]["parameters"]
    assert [(one["name"], one["required"]) for one in find] == [("card", True), ("after", False)]
    assert list(DOCUMENT["paths"]["/v1/receipts/{id}.png"]["get"]["responses"]["200"]["content"]) == ["image/png"]
    assert "204" in DOCUMENT["paths"]["/v1/current"]["delete"]["responses"]
    assert DOCUMENT["paths"]["/v1/health"]["get"]["security"] == []
    assert "application/octet-stream" in DOCUMENT["paths"]["/v1/push"]["post"]["requestBody"]["content"]


def test_closed_types_say_so():
    assert DOCUMENT["components"]["schemas"]["Sale"]["additionalProperties"] is False
