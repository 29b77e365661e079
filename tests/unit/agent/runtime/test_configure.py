"""The configuration file: all faults at once, cross-checks between its tables."""

import pytest

from agent.errors import ConfigFault
from agent.runtime.configure import MAX_BYTES, dotted, load, read

PRINTER = '[[printer]]\nname = "{}"\ntransport = "file"\npath = "/tmp/x"\n'


def faults(text: str) -> str:
    with pytest.raises(ConfigFault) as told:
        read(text, "till.toml")
    return "\n".join(told.value.faults)


def test_an_empty_file_is_all_defaults():
    assert read("", "till.toml").till.id == "T1"


def test_every_fault_is_told_with_its_line_and_what_was_meant():
    told = faults('[till]\nidd = "T1"\nlang = "de"\n[api]\nport = 99999\n')
    assert "till.toml:2: till.idd" in told
    assert 'did you mean "id"' in told or "did you mean id" in told
    assert "till.toml:3: till.lang" in told
    assert "till.toml:5: api.port" in told


def test_a_receipt_printer_must_be_one_of_the_printers():
    told = faults('[receipt]\nprinter = "a"\n' + PRINTER.format("b"))
    assert "till.toml:2: receipt.printer" in told
    assert "b" in told


def test_names_of_devices_do_not_repeat():
    assert "printer.1.name" in faults(PRINTER.format("a") + PRINTER.format("a"))


def test_a_programme_that_is_not_there_is_told(tmp_path):
    assert "till.programme" in faults(f'[till]\nprogramme = "{tmp_path}/none.toml"\n')


def test_a_file_that_cannot_be_used_is_told(tmp_path):
    for name, content in (("a", b"\xff\xfe"), ("b", b"#" * (MAX_BYTES + 1))):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ConfigFault):
            load(str(path))
    with pytest.raises(ConfigFault):
        load(str(tmp_path / "absent"))


def test_a_place_is_written_with_dots():
    assert dotted(("printer", 1, "name")) == "printer.1.name"


def test_a_printer_that_cannot_be_is_told_before_the_start():
    told = faults('[[printer]]\nname = "a"\nprofile = "epson-8"\n')
    assert "printer.0.host" in told
    assert "printer.0.profile" in told
    assert "epson-80" in told
