"""The hub's OpenAPI document as it is served: `python tests/support/hub_document.py` keeps it as docs/hub-openapi.json."""

from __future__ import annotations

import json
import pathlib
import tempfile

from served_hub import ServedHub

PATH = pathlib.Path(__file__).parents[2] / "docs" / "hub-openapi.json"


def text_of(document: object) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = ServedHub(pathlib.Path(folder))
        PATH.write_text(text_of(hub.ask("GET", "/v1/openapi.json").json), encoding="utf-8")
        hub.stop()


if __name__ == "__main__":
    main()
