"""The fill's two calls: what they answer, and what a name may not be."""

import asyncio

import pytest

from agent.errors import NotFound
from agent.web.routes import Call
from sync.hub.fill_api import fill_routes
from sync.hub.filling import Fills


@pytest.fixture
def calls(tmp_path):
    (tmp_path / ("a" * 64 + ".zst")).write_bytes(b"packed")
    (tmp_path / "manifest.json").write_text('{"manifest":"m","signature":"s"}')
    manifest, piece = fill_routes(Fills(str(tmp_path)))
    return manifest, piece


def asked(route, **path):
    return asyncio.run(route.handler(Call(body=None, query=None, path=path)))


def test_the_manifest_and_a_piece(calls):
    assert asked(calls[0]).signature == "s"
    answer = asked(calls[1], sha256="a" * 64)
    assert (answer.body, answer.media_type) == (b"packed", "application/zstd")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["b" * 64, "../" + "a" * 61, "a" * 63, "A" * 64, "manifest.json", ""])
def test_other_names_are_not_found(calls, name):
    with pytest.raises(NotFound):
        asked(calls[1], sha256=name)
