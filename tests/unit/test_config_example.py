"""config.example.toml is the schema as a letter: the same keys, the same defaults, and it loads."""

import re
from pathlib import Path

import msgspec

from agent.runtime.configure import read
from agent.runtime.settings import Settings
from drivers.printer.settings import PrinterSettings
from drivers.scanner.settings import ScannerSettings

PATH = Path(__file__).parents[2] / "config.example.toml"
TEXT = PATH.read_text(encoding="utf-8")


def test_it_loads_and_says_the_defaults():
    assert read(TEXT, str(PATH)) == Settings()


def test_every_key_of_every_table_stands_in_it_with_a_reason():
    for table in msgspec.structs.fields(Settings):
        if table.name in ("scanner", "printer"):
            assert f"[[{table.name}]]" in TEXT
            continue
        assert f"[{table.name}]" in TEXT
        kind = type(table.default)
        for field in msgspec.structs.fields(kind):
            if (table.name, field.name) == ("recognition", "rules"):
                continue
            assert re.search(rf"^(# )?{field.name} = ", TEXT, re.MULTILINE), f"[{table.name}] {field.name}"


def test_every_section_when_uncommented_still_loads():
    bare = re.sub(r"^# (\[\[(?:scanner|printer)\]\]|# .*|\w+ = .*)$", r"\1", TEXT, flags=re.MULTILINE)
    bare = bare.replace('programme = "/etc/kopilka/programme.toml"\n', "").replace("[[recognition.rules]]", "")
    bare = re.sub(r"^(kind|digits|length|prefix|check) = .*\n", "", bare, flags=re.MULTILINE)
    settings = read(bare, str(PATH))
    assert [row.name for row in settings.scanner] == ["counter"]
    assert settings.receipt.printer == settings.printer[0].name == "receipts"
    assert isinstance(settings.scanner[0], ScannerSettings)
    assert isinstance(settings.printer[0], PrinterSettings)


def test_every_comment_before_a_key_is_there():
    lines = TEXT.splitlines()
    for n, line in enumerate(lines):
        if re.match(r"^\w+ = ", line):
            assert lines[n - 1].startswith("#") or re.match(r"^(# )?\w+ = ", lines[n - 1]), line
