"""The real serial scanner on a pseudo-terminal: every capture, any pieces, hang-up, replug, two at once, no idle work."""

from __future__ import annotations

import errno
import os
import pathlib
import time
from random import Random

import pytest
from scan_cases import NAMED, expected, pieces, shown
from scanning import running

from drivers.ports.faults import Busy, Denied, Gone
from drivers.scanner.framing import terminator_named
from drivers.scanner.serial import open_serial
from drivers.sim.scanner import SimulatedScanner


def check(heard, capture):
    wanted = expected(capture)
    got = heard.wait_scans(len(wanted))
    assert [shown(scan, want) for scan, want in zip(got, wanted, strict=True)] == wanted


@pytest.mark.parametrize(("name", "capture"), NAMED, ids=[name for name, _ in NAMED])
def test_captures_through_the_pty(name, capture):
    idle_ms = 100 if "none" in capture["framing"] or not isinstance(capture["hex"], str) else 5000
    with running(framing=capture["framing"], idle_ms=idle_ms) as (sim, heard, scanner):
        sim.replay(pieces(capture))
        check(heard, capture)
        assert len(heard.scans) == len(expected(capture))
        if name.startswith("34"):
            assert scanner.numbers()["dropped_stale"] == 1
            assert heard.states[-1].numbers["dropped_stale"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_any_pieces_give_the_same_scans(seed):
    """All CR captures one after another, cut at random places."""
    chance = Random(seed)
    chosen = [c for _, c in NAMED if c["framing"] == "CR" and isinstance(c["hex"], str)]
    stream = b"".join(bytes.fromhex(c["hex"]) for c in chosen)
    wanted = [want for c in chosen for want in expected(c)]
    with running() as (sim, heard, _):
        while stream:
            size = chance.randint(1, 40)
            sim.type(stream[:size])
            stream = stream[size:]
            if chance.random() < 0.2:
                time.sleep(0.001)
        got = heard.wait_scans(len(wanted))
    assert [shown(scan, want) for scan, want in zip(got, wanted, strict=True)] == wanted


def test_two_scanners_do_not_share_a_buffer():
    with running(name="left") as (left, heard_left, _), running(name="right") as (right, heard_right, _):
        left.type(b"MEMBER-")
        right.type(b"CPN-AB1")
        left.type(b"000123\r")
        right.type(b"2CD34\r")
        assert [(s.device, s.payload) for s in heard_left.wait_scans(1)] == [("left", "MEMBER-000123")]
        assert [(s.device, s.payload) for s in heard_right.wait_scans(1)] == [("right", "CPN-AB12CD34")]


def test_replug_under_another_node_loses_only_the_half_scan(tmp_path):
    sim = SimulatedScanner(str(tmp_path / "scanner"))
    with running(sim) as (_, heard, scanner):
        sim.scan("MEMBER-000001")
        heard.wait_scans(1)
        node = sim.node
        sim.type(b"MEMBER-0")
        heard.until(lambda _: scanner._framer.due_ms() is not None)
        sim.unplug()
        heard.wait_state("absent", "gone")
        told = len(heard.states)
        taken = take_node(node)
        sim.plug()
        assert sim.node != node
        heard.wait_state("ready", after=told)
        sim.scan("MEMBER-000002")
        assert [scan.payload for scan in heard.wait_scans(2)] == ["MEMBER-000001", "MEMBER-000002"]
        assert scanner.numbers()["dropped_stale"] == 1
        for fd in taken:
            os.close(fd)
    sim.close()


def take_node(node):
    """Pseudo-terminals held open until one of them has the freed number, so that the next plugging gets another."""
    held = []
    while not any(os.ttyname(fd) == node for fd in held[1::2]):
        held += os.openpty()
        assert len(held) < 100
    return held


def test_absent_at_start_is_told_once_and_found_later(tmp_path):
    link = tmp_path / "scanner"
    first = SimulatedScanner(str(link))
    first.unplug()
    with running(first, open_device=open_serial) as (_, heard, _scanner):
        heard.wait_state("absent", "gone")
        time.sleep(1.2)
        assert len(heard.states) == 1
        first.plug()
        heard.wait_state("ready")
        first.scan("GC00000000012345")
        assert heard.wait_scans(1)[0].kind == "gift"
    first.close()


def test_repeats_of_a_card_are_one_scan_and_goods_are_not():
    with running(dedupe_ms=10_000) as (sim, heard, scanner):
        for code in ["2811111111114"] * 3 + ["4600494694325"] * 2 + ["2811111111114", "CPN-AB12CD34"]:
            sim.scan(code)
        heard.until(lambda h: len(h.frames) == 7)
        assert [scan.kind for scan in heard.wait_scans(4)] == ["member", "product", "product", "coupon"]
        assert len(heard.scans) == 4
        assert scanner.numbers()["repeats"] == 3
        heard.until(lambda h: h.states[-1].numbers["repeats"] == 3)


def test_a_payment_card_is_counted_and_nothing_else():
    with running() as (sim, heard, scanner):
        sim.scan("4111111111111111")
        sim.scan(";4111111111111111=25121010000000000?")
        scans = heard.wait_scans(2)
        assert [(scan.kind, scan.payload, scan.id) for scan in scans] == [("payment", None, None)] * 2
        assert heard.frames == []
        assert scanner.numbers()["payments"] == 2
    assert "4111" not in repr((heard.scans, heard.states, heard.frames, heard.faults, scanner._framer))


def test_the_line_is_ours_alone_and_the_holder_is_named():
    with running() as (sim, _, _), pytest.raises(Busy) as busy:
        open_serial(_settings(sim))
    # Our own process holds it: nobody else to name.
    assert busy.value.holder == ""


def _settings(sim):
    from drivers.scanner.settings import ScannerSettings

    return ScannerSettings(port=sim.path)


class Broken:
    """A port that fails as told, then lives."""

    def __init__(self, errors, settings):
        self.errors, self.settings = errors, settings

    def __call__(self, settings):
        if self.errors:
            raise self.errors.pop(0)
        return open_serial(settings)


def test_open_faults_are_told_in_their_own_words_and_overcome():
    sim = SimulatedScanner()
    errors = [Denied(sim.path), Busy(sim.path, "ModemManager (7)"), RuntimeError("4111111111111111"), Gone(sim.path)]
    with running(sim, open_device=Broken(errors, None)) as (_, heard, scanner):
        heard.wait_state("ready")
        told = [(s.state, s.cause, s.numbers.get("holder")) for s in heard.states]
        assert told == [
            ("degraded", "denied", None),
            ("degraded", "busy", "ModemManager (7)"),
            ("degraded", "fault", None),
            ("absent", "gone", None),
            ("ready", "", None),
        ]
        assert heard.faults == [("scanner", "RuntimeError")]
        assert scanner.numbers()["faults"] == 1
    sim.close()


def test_a_fault_in_an_ear_does_not_end_the_scanner():
    sim = SimulatedScanner()
    with running(sim) as (_, heard, scanner):
        scans = heard.scans
        keep = scanner._ears.on_scan

        def angry(scan):
            if scan.payload == "BOOM":
                raise OSError(errno.EIO, "not the port")
            keep(scan)

        object.__setattr__(scanner._ears, "on_scan", angry)
        sim.scan("BOOM")
        heard.until(lambda h: h.faults)
        heard.wait_state("ready", after=2)
        sim.scan("MEMBER-000001")
        heard.wait_scans(1)
        assert [scan.payload for scan in scans] == ["MEMBER-000001"]
    sim.close()


def test_no_work_while_idle():
    """The thread's context switches do not move while the line is quiet and present."""
    with running() as (sim, heard, scanner):
        sim.scan("MEMBER-000001")
        heard.wait_scans(1)
        time.sleep(0.2)
        before = switches(scanner)
        time.sleep(1.5)
        assert switches(scanner) == before


def switches(scanner):
    status = pathlib.Path(f"/proc/self/task/{scanner._thread.native_id}/status").read_text()
    return [line for line in status.splitlines() if "ctxt_switches" in line]


def test_stop_ends_at_once_while_waiting_for_bytes():
    with running() as (_, _heard, scanner):
        began = time.monotonic()
        assert scanner.stop(began + 5)
        assert not scanner._thread.is_alive()


def test_framings_are_all_reachable_by_the_names_of_the_captures():
    assert {terminator_named(capture["framing"]) for _, capture in NAMED} == {
        "CR",
        "LF",
        "CRLF",
        "TAB",
        "STX/ETX",
        "none",
    }
