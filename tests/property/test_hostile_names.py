"""No text from a member, a product, an offer or a hub changes anything but glyphs."""

from __future__ import annotations

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import device_of

from drivers.printer.copies import as_copy
from drivers.printer.document import decode_document, encode_document
from drivers.printer.escpos import DRAWER_KICK, ask_ack, receipt_job
from drivers.printer.profiles import PROFILES, Profile
from drivers.printer.raster import REALTIME
from drivers.shapes import Barcode, Cut, Document, Pair, Qr, Text
from drivers.sim.printer_ops import PrintLine, PrintRaster

PROFILES_TRIED = [PROFILES[name] for name in ("epson-80", "epson-58", "POS-5890", "RP326", "TM-T88III")]
TRAVELS = [text for text in HOSTILE_TEXTS if text.isprintable() or text.encode("utf-8", "ignore").decode() == text]


def receipt_naming(name: str) -> Document:
    """A receipt that carries the name in every place a text can stand."""
    return Document(
        (
            Text("ДО", bold=True),
            Text(name),
            Text(name, double=True, align="center", bold=True),
            Pair(name, "1,00"),
            Pair("Имя", name, indent=2),
            Qr(name or "-", caption=name),
            Barcode(name, caption=name),
            Text("ПОСЛЕ"),
            Cut(),
            Text("КОНЕЦ"),
        )
    )


def assert_only_glyphs(job: bytes, profile: Profile) -> None:
    assert DRAWER_KICK not in job
    assert not REALTIME.search(job)
    device = device_of(profile)
    device.receive(job)
    device.work(len(job) + 1)
    assert not device.holds
    paper = device.paper
    assert paper.kicks == 0
    assert paper.unknown == []
    said = [reply.data for reply in device.take_replies()]
    assert said == [b"\x10\x00\x00\x0f", b'7"WXYZ\0'], "an answer nobody asked for"
    lines = [item for slip in paper.slips for item in slip.items if isinstance(item, PrintLine)]
    words = ["".join(span.text for span in line.spans) for line in lines]
    assert {"ДО", "ПОСЛЕ", "КОНЕЦ"} <= set(words)
    after = lines[words.index("ПОСЛЕ")].spans
    assert [(span.bold, span.double) for span in after] == [(False, False)]
    assert sum(slip.is_cut for slip in paper.slips) == profile.cutter
    for line in lines:
        wide = sum(len(span.text) * (2 if span.double else 1) for span in line.spans)
        assert wide <= profile.columns
    for slip in paper.slips:
        assert all(raster.width_bytes * 8 <= profile.dots for raster in slip.items if isinstance(raster, PrintRaster))


@pytest.mark.parametrize("name", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_of_the_hostile_corpus(name: str) -> None:
    for profile in PROFILES_TRIED:
        assert_only_glyphs(receipt_job(receipt_naming(name), profile, ack=ask_ack("gs_h", b"WXYZ")), profile)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40), st.sampled_from(PROFILES_TRIED))
def test_of_any_text(name: str, profile: Profile) -> None:
    assert_only_glyphs(receipt_job(receipt_naming(name), profile, ack=ask_ack("gs_h", b"WXYZ")), profile)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["\x1b", "p", "\x00", "\x10", "\x04", "\x14", "\x1d", "V", "B", "ж", "«", "Ә", " "]),
        max_size=30,
    )
)
def test_of_pieces_of_commands(pieces: list[str]) -> None:
    for profile in (PROFILES["epson-80"], PROFILES["POS-5890"]):
        assert_only_glyphs(receipt_job(receipt_naming("".join(pieces)), profile, ack=ask_ack("gs_h", b"WXYZ")), profile)


@pytest.mark.parametrize("name", TRAVELS, ids=range(len(TRAVELS)))
def test_no_name_makes_a_receipt_a_copy_or_hides_that_it_is_one(name: str) -> None:
    document = decode_document(encode_document(Document((Text(name), Text("x"), Cut()))))
    epson = PROFILES["epson-80"]
    for shown, is_copy in ((document, False), (as_copy(document, "09:58"), True)):
        device = device_of(epson)
        device.receive(receipt_job(shown, epson))
        device.work(1 << 20)
        (slip,) = device.paper.receipts
        assert slip.is_copy == is_copy
