"""The till's application: all calls in one table, the page's files, the guard around them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp

from agent.api import members, promises, records, sales, state, topping
from agent.api.place import Place
from agent.web.app import Setting, build_app
from agent.web.guard import Guard, Rules
from agent.web.openapi import openapi
from agent.web.routes import FREE, Call, Route
from agent.web.static import static_routes

API_VERSION = "1.0.0"


def routes(place: Place) -> list[Route]:
    """Every call of the local API."""
    table = [
        *state.routes(place),
        *promises.routes(place),
        *sales.routes(place),
        *members.routes(place),
        *topping.routes(place),
        *records.routes(place),
    ]
    return [*table, _described(table)]


def _described(table: Sequence[Route]) -> Route:
    made: list[dict[str, object]] = []

    def on_openapi(_call: Call[None, object]) -> object:
        if not made:
            made.append(openapi(table, title="Kopilka till API", version=API_VERSION))
        return made[0]

    return Route(
        method="GET",
        path="/v1/openapi.json",
        scopes=FREE,
        handler=on_openapi,
        answer=dict[str, Any],
        summary="This document",
    )


def page_files() -> dict[str, bytes]:
    """The cashier's page, as shipped."""
    folder = os.path.join(os.path.dirname(__file__), "page")
    found: dict[str, bytes] = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def app(place: Place, setting: Setting, rules: Rules) -> ASGIApp:
    """The guarded application."""
    return Guard(build_app(routes(place), setting, others=list(static_routes(page_files()))), rules)
