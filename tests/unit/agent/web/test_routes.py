import pytest
from msgspec import Struct

from agent.loyalty.sale import Sale
from agent.web.routes import FREE, Route, open_structs


class Open(Struct):
    a: int = 0


class Closed(Struct, forbid_unknown_fields=True):
    inner: "list[dict[str, tuple[Open, int] | None]]" = []
    again: "Closed | None" = None


def test_a_request_type_that_ignores_unknown_fields_is_refused_at_start():
    with pytest.raises(TypeError, match="Open would take unknown fields"):
        Route(method="POST", path="/x", scopes=FREE, handler=print, summary="", request=Closed)
    with pytest.raises(TypeError, match="Open"):
        Route(method="GET", path="/x", scopes=FREE, handler=print, summary="", query=Open)


def test_the_sales_body_is_closed():
    assert list(open_structs(Sale)) == []
    assert list(open_structs(bytes)) == list(open_structs(None)) == []
