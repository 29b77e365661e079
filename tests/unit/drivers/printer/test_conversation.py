from __future__ import annotations

import time

import pytest
from scripted_port import ScriptedPort

from drivers.ports.faults import Gone
from drivers.printer.conversation import Conversation
from drivers.printer.status import Health


def test_asking_and_being_answered() -> None:
    talk = Conversation(ScriptedPort([b"\x32"]))
    assert talk.ask(2, 0.5)
    assert talk.health == Health(paper_out=True)
    assert talk.heard_at > 0


def test_silence() -> None:
    talk = Conversation(ScriptedPort())
    assert not talk.ask(2, 0.02)
    assert talk.heard_at == 0.0


def test_a_late_answer_is_not_taken_for_another_question() -> None:
    port = ScriptedPort()
    talk = Conversation(port)
    assert not talk.ask(2, 0.02)
    port.answers = [b"\x32"]
    talk.listen(time.monotonic())
    assert talk.health == Health()


def test_low_paper_is_kept_until_it_is_told_otherwise() -> None:
    talk = Conversation(ScriptedPort([b"\x1e", b"\x16"]))
    assert talk.ask(4, 0.5)
    assert talk.health == Health(paper_low=True)
    assert talk.ask(2, 0.5)
    assert talk.health == Health(paper_low=True, cover_open=True)


def test_everything_else_that_comes() -> None:
    talk = Conversation(ScriptedPort([b'7"ABCD\0\x00\x13\x38\x00\x0c\x0f']))
    assert talk.listen(time.monotonic() + 0.1)
    assert (talk.acks, talk.transmits, talk.held) == ({b"ABCD"}, 1, True)
    assert talk.health.cause == "cover_open"


def test_a_lost_line_is_raised() -> None:
    with pytest.raises(Gone):
        Conversation(ScriptedPort([Gone("x")])).ask(2, 0.5)


def test_draining_takes_what_is_left() -> None:
    talk = Conversation(ScriptedPort([b"\x00", b"\x00"]))
    talk.drain(0.01)
    assert talk.transmits == 2
