"""The OpenAPI 3.1 document of a route table: the same types that decode the calls describe them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from agent.errors import BadRequest, Forbidden, KopilkaError, Misdirected, TooLarge, TooSlow, Unauthorised, WrongMedia
from agent.web.problem import MEDIA, Problem
from agent.web.routes import Route

REF = "#/components/schemas/{name}"
_COMMON: tuple[type[KopilkaError], ...] = (Misdirected, KopilkaError)
_GUARDED: tuple[type[KopilkaError], ...] = (Unauthorised, Forbidden)
_WITH_BODY: tuple[type[KopilkaError], ...] = (BadRequest, TooLarge, TooSlow, WrongMedia)


@dataclass(frozen=True, slots=True)
class Proof:
    """How callers prove who they are: the document's security schemes, and those a call needs together."""

    schemes: Mapping[str, Mapping[str, str]]
    needed: Sequence[str]
    page: bool = False
    """Whether a page's cookie does instead where a route allows it."""


TOKENS = Proof(
    schemes={
        "bearer": {"type": "http", "scheme": "bearer", "description": "kopilka token add NAME --scope SCOPE"},
        "page": {"type": "apiKey", "in": "cookie", "name": "kopilka_page"},
    },
    needed=("bearer",),
    page=True,
)


def openapi(
    routes: Sequence[Route], *, title: str, version: str, server: str = "/", proof: Proof = TOKENS
) -> dict[str, Any]:
    """The document as plain data. `version` is the API's, `server` its base address."""
    types = [type_ for route in routes for type_ in (route.request, route.answer) if type_ not in (None, bytes)]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REF)
    left = iter(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        request = next(left) if route.request not in (None, bytes) else None
        answer = next(left) if route.answer not in (None, bytes) else None
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, request, answer, proof)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {name: dict(scheme) for name, scheme in proof.schemes.items()},
        },
    }


def _operation(route: Route, request: Any, answer: Any, proof: Proof) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {**_answers(route, answer), **_faults(route)},
        "security": _security(route, proof),
    }
    if request is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": request}}}
    elif route.request is bytes:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    return operation


def _security(route: Route, proof: Proof) -> list[dict[str, list[str]]]:
    if not route.scopes:
        return []
    paged: list[dict[str, list[str]]] = [{"page": []}] if proof.page and "page" in route.scopes else []
    return [{name: [] for name in proof.needed}, *paged]


def _operation_id(route: Route) -> str:
    words = re.findall(r"[a-zA-Z0-9]+", route.path)
    return "_".join([route.method.lower(), *words])


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = msgspec.json.schema_components([route.query], ref_template=REF)[1][route.query.__name__]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema.get("properties", {}).items()
    ]


def _answers(route: Route, answer: Any) -> dict[str, Any]:
    if answer is None and route.media == "application/json":
        return {"204": {"description": "Done"}}
    content = {"schema": answer} if answer is not None else {}
    return {str(route.status): {"description": "Done", "content": {route.media: content}}}


def _faults(route: Route) -> dict[str, Any]:
    families = [*_COMMON, *(_GUARDED if route.scopes else ()), *route.faults]
    if route.method != "GET":
        families += [WrongMedia]
    if route.request is not None:
        families += _WITH_BODY
    if route.query is not None:
        families += [BadRequest]
    schema = {MEDIA: {"schema": {"$ref": REF.format(name="Problem")}}}
    return {
        str(status): {"description": "A problem", "content": schema}
        for status in sorted({family.status for family in families})
    }
