"""Unit files as systemd's own tools judge them, and as our rules ask."""

import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parents[2] / "systemd"
UNITS = sorted(HERE.glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")


def settings(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def exposure(unit: pathlib.Path) -> float:
    """The overall figure; its --threshold rounds, so the figure itself is read."""
    words = [ANALYZE, "security", "--offline=true", "--no-pager", unit]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout + done.stderr)[1])


if ANALYZE is not None:
    # The CI installs it; on a machine without systemd there is nobody to ask.

    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
    def test_units_are_clean(unit, tmp_path):
        copy = tmp_path / unit.name
        # verify wants the program to exist; what it does is not looked at.
        copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE))
        done = subprocess.run([ANALYZE, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
        ours = [line for line in (done.stdout + done.stderr).splitlines() if unit.stem in line]
        assert (done.returncode, ours) == (0, [])

    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
    def test_exposure_with_devices(unit):
        assert exposure(unit) <= 1.5

    def test_exposure_of_a_till_without_devices(tmp_path):
        both = (HERE / "kopilka.service").read_text() + (HERE / "kopilka.service.d" / "network-only.conf").read_text()
        unit = tmp_path / "kopilka.service"
        unit.write_text(both)
        assert exposure(unit) <= 1.0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_is_watched_and_stops_trying_where_only_a_person_helps(unit):
    said = settings(unit.read_text())
    assert said["Type"] == ["notify"]
    assert int(said["WatchdogSec"][0]) > 0
    assert said["WatchdogSignal"] == ["SIGABRT"]
    assert "78" in said["RestartPreventExitStatus"][0].split()
    assert said["Restart"] == ["always"]
    assert not any("SECRET" in value or "TOKEN" in value for value in said.get("Environment", []))


def test_the_till_waits_for_no_network():
    said = settings((HERE / "kopilka.service").read_text())
    named = " ".join(said.get("After", []) + said.get("Wants", []) + said.get("Requires", []))
    assert "network" not in named


if shutil.which("systemd-sysusers") is not None:

    def test_users_and_folders_are_made(tmp_path):
        (tmp_path / "etc").mkdir()
        users = subprocess.run(
            ["systemd-sysusers", f"--root={tmp_path}", HERE / "sysusers.d" / "kopilka.conf"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert users.returncode == 0, users.stderr
        groups = (tmp_path / "etc" / "group").read_text()
        assert re.search(r"^dialout:.*:kopilka$", groups, re.MULTILINE)
        assert re.search(r"^kopilka-hub:", (tmp_path / "etc" / "passwd").read_text(), re.MULTILINE)


RULES = (HERE / "udev" / "70-kopilka.rules").read_text()
PART = re.compile(r'([A-Z]+)(?:\{[\w]+\})?\s*(==|!=|=|\+=|:=)\s*"([^"]*)"')
KEYS = {"ACTION", "SUBSYSTEM", "KERNEL", "ENV", "ATTRS", "GROUP", "MODE", "SYMLINK", "IMPORT", "GOTO", "LABEL"}


def rules() -> list[list[tuple[str, str, str]]]:
    lines = RULES.replace("\\\n", " ").splitlines()
    return [PART.findall(line) for line in lines if line.strip() and not line.startswith("#")]


def test_udev_rules_are_well_formed():
    for line in RULES.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            assert PART.sub("", line).strip(" ,\t") == "", line
    assert {key for parts in rules() for key, _, _ in parts} <= KEYS
    assert re.findall(r'GOTO="(\w+)"', RULES) == re.findall(r'LABEL="(\w+)"', RULES)


def test_no_device_is_everybodys():
    modes = [value for parts in rules() for key, _, value in parts if key == "MODE"]
    assert modes
    assert set(modes) == {"0660"}
    for parts in rules():
        keys = {key for key, _, _ in parts}
        assert ("MODE" in keys) == ("GROUP" in keys)


def test_modem_manager_and_the_desktop_keep_off():
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in RULES
    assert 'ENV{LIBINPUT_IGNORE_DEVICE}="1"' in RULES
    # A keyboard that is no scanner is never taken from the desktop.
    for parts in rules():
        if any("LIBINPUT" in line for line in [str(parts)]) or ("SUBSYSTEM", "==", "input") in parts:
            assert ("ENV", "==", "1") in parts
