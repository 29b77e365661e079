from __future__ import annotations

import pytest
from printed import slip_of
from printing import START_MS, print_job

from drivers.printer.document import DocumentFault
from drivers.printer.jobs import DRAWER_EXPIRES_MS, ack_id, expires_ms, is_copy, prepare
from drivers.printer.profiles import PROFILES

EPSON = PROFILES["epson-80"]


def test_ids_are_printable_and_differ_by_job_and_attempt() -> None:
    ids = {ack_id(f"job-{n}", attempt) for n in range(100) for attempt in range(1, 6)}
    assert len(ids) > 495
    assert all(len(one) == 4 and one.isalpha() and one.isupper() for one in ids)
    assert ack_id("ж\ud800", 1)


@pytest.mark.parametrize(
    ("rest", "at"),
    [
        ({}, None),
        ({"kind": "drawer"}, START_MS + DRAWER_EXPIRES_MS),
        ({"kind": "drawer", "expires_ms": 5}, 5),
        ({"expires_ms": 7}, 7),
    ],
)
def test_expiry(rest: dict[str, object], at: int | None) -> None:
    assert expires_ms(print_job(0, **rest)) == at


@pytest.mark.parametrize(
    ("rest", "void", "copy"),
    [({}, 0, False), ({"attempts": 1}, 0, True), ({"attempts": 1}, 1, False), ({"kind": "copy"}, 0, True)],
)
def test_what_is_a_copy(rest: dict[str, object], void: int, copy: bool) -> None:
    assert is_copy(print_job(0, **rest), void) == copy


def test_prepared_bytes() -> None:
    plain = prepare(print_job(1), EPSON, first_printed=None, is_torn=False, chunk_bytes=9)
    assert plain.data.endswith(plain.ack_id)
    assert not slip_of(plain.data, EPSON).is_copy
    assert (plain.before, plain.doubtful, plain.chunk_bytes) == (frozenset(), False, 9)
    again = prepare(print_job(1, attempts=2), EPSON, first_printed="09:58", is_torn=True, chunk_bytes=9)
    assert slip_of(again.data, EPSON).is_copy
    assert plain.ack_id in again.before
    assert again.ack_id not in again.before
    assert again.doubtful


def test_a_drawer_has_no_document() -> None:
    made = prepare(print_job(1, kind="drawer"), EPSON, first_printed=None, is_torn=False, chunk_bytes=9)
    assert b"\x1bp\x00\x19\xfa" in made.data
    assert b"BEGIN" not in made.data


def test_a_broken_document_is_a_fault() -> None:
    with pytest.raises(DocumentFault):
        prepare(print_job(1, document=b"{"), EPSON, first_printed=None, is_torn=False, chunk_bytes=9)
