import pytest
from httpd import serving

from agent.web.static import static_routes

FILES = {
    "index.html": "<!doctype html><title>Копилка</title>".encode(),
    "app/main.js": b"export {}",
    "style.css": b"p{}",
}


@pytest.fixture(scope="module")
def site():
    with serving([], others=list(static_routes(FILES))) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "name", "media"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/app/main.js", "app/main.js", "text/javascript; charset=utf-8"),
        ("/style.css", "style.css", "text/css; charset=utf-8"),
    ],
)
def test_files_are_free_and_typed(site, path, name, media):
    reply = site.ask("GET", path, token="")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, FILES[name], media)


def test_a_file_not_changed_is_not_sent_again(site):
    tag = site.ask("GET", "/").headers["etag"]
    reply = site.ask("GET", "/", headers=[("If-None-Match", tag)])
    assert (reply.status, reply.body) == (304, b"")
    assert site.ask("GET", "/", headers=[("If-None-Match", '"other"')]).status == 200


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/app/../../etc/passwd", "/app/%2e%2e/index.html", "/app/", "/etc/passwd"]
)
def test_nothing_else_is_served(site, path):
    assert site.ask("GET", path).status == 404


def test_head_is_answered_without_a_body(site):
    reply = site.ask("HEAD", "/style.css")
    assert (reply.status, reply.body) == (200, b"")


def test_an_unknown_kind_of_file_is_refused_at_start():
    with pytest.raises(KeyError):
        list(static_routes({"a.exe": b""}))
