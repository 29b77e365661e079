"""The whole recognition, capture by capture, and what it must never do."""

from __future__ import annotations

import pytest
from scan_cases import NAMED, expected, pieces, shown

from drivers.scanner.framing import Framer, Framing, terminator_named
from drivers.scanner.recognition import Recognizer, Source
from drivers.scanner.settings import OwnPrefix, RecognitionSettings, RuleSettings, ScannerSettings

RECOGNIZER = Recognizer()
SOURCE = Source("till")


def see(data, recognizer=RECOGNIZER, source=SOURCE, **more):
    return recognizer.recognise(data if isinstance(data, bytes) else data.encode(), source, 7, **more)


@pytest.mark.parametrize(("name", "capture"), NAMED, ids=[name for name, _ in NAMED])
def test_captures(name, capture):
    framer, now, frames = Framer(Framing(terminator_named(capture["framing"]))), 0, []
    for piece in pieces(capture):
        if piece.startswith("@"):
            now += int(piece[1:-2])
        else:
            frames += framer.feed(bytes.fromhex(piece), now)
    frames += framer.tick(now + 1000)
    wanted = expected(capture)
    got = [RECOGNIZER.recognise(frame.data, SOURCE, frame.at_ms) for frame in frames]
    assert [shown(scan, want) for scan, want in zip(got, wanted, strict=True)] == wanted


@pytest.mark.parametrize(
    ("data", "kind", "fields"),
    [
        ("2811111111115", "unknown", {"gtin14": None}),
        ("]E02811111111114", "member", {"id": "2811111111114", "aim": "]E0"}),
        ("]Q12811111111114", "unknown", {"symbology": "qr", "gtin14": None}),
        ("]C02811111111114", "unknown", {"symbology": "code128"}),
        ("https://loy.example/c/7f3a", "member", {"id": "7f3a", "digital_link": False}),
        ("MEMBER-000123", "member", {"id": "MEMBER-000123"}),
        ("]C0MEMBER-000123", "member", {"symbology": "code128"}),
        (' {"t":"member","id":"7f3a"} ', "member", {"id": "7f3a"}),
        ("9821234567890", "coupon", {}),
        ("CPN-ab12cd34", "unknown", {}),
        ("]d22559501101020917000", "coupon", {"id": "9501101020917000"}),
        ("]d225595011010209", "unknown", {"gs1": ()}),
        ("]d22559501101020917", "coupon", {"id": "9501101020917"}),
        ("]d20112312312312333\x1d2559501101020917", "coupon", {"gtin14": "12312312312333"}),
        ("https://e.com/255/9501101020917", "coupon", {"digital_link": True}),
        ("CMD:SUM", "command", {"id": "CMD:SUM", "trusted": False}),
        ("CMD:sum", "unknown", {}),
        ("KP1.2811111111114.1763800000.12345678", "rotating", {"id": "2811111111114", "fields": (("unix", "1763800000"), ("totp", "12345678"))}),
        ("KP1.2811111111114.1763800000.1234567", "unknown", {}),
        ("96385074", "product", {"gtin14": "00000096385074"}),
        ("]E02112345678900|]e099COMPOSITE\x1d98XYZ", "product", {"gs1": (("01", "02112345678900"), ("99", "COMPOSITE"), ("98", "XYZ"))}),
        ("0104600494694325215w9EJp\x1d93abc1", "product", {"gtin14": "04600494694325"}),
        ("]d1\x1d0104600494694325215w9EJp", "product", {"gtin14": "04600494694325"}),
        ("]d1https://example.com/01/12312312312333?99=TEST", "product", {"digital_link": True}),
        ("]C10112312312312334", "unknown", {"gs1": (("01", "12312312312334"),)}),
        ("]Z6um: N/A", "device_reply", {"payload": "um: N/A"}),
        ("]C04111111111111111", "unknown", {"payload": "4111111111111111"}),
        ("]E0", "unknown", {"aim": "]E0", "payload": ""}),
        ("", "unknown", {"payload": ""}),
        ("\x00\x1b@", "unknown", {}),
    ],
)  # fmt: skip
def test_kinds(data, kind, fields):
    scan = see(data)
    assert scan.kind == kind
    assert {key: getattr(scan, key) for key in fields} == fields


def test_what_no_code_page_takes_is_unknown_and_never_replaced():
    cp1251 = '{"t":"member","id":"7f3a","n":"Ирина"}'.encode("cp1251")
    scan = see(cp1251)
    assert (scan.kind, scan.payload, scan.rule) == ("unknown", None, "undecodable")
    told = see(cp1251, source=Source("till", code_page="cp1251"))
    assert (told.kind, told.id) == ("member", "7f3a")
    assert "Ирина" in told.payload
    assert see(b"\x98\xff", source=Source("till", code_page="cp1251")).payload is None


def test_source_of_a_scanner():
    settings = ScannerSettings(name="front", code_page="cp866", trusted_for_commands=True)
    scan = see("CMD:SUM", source=Source.of(settings))
    assert (scan.device, scan.trusted, scan.provenance, scan.at_ms) == ("front", True, "scanned", 7)
    assert not see("MEMBER-000123", source=Source.of(settings)).trusted
    assert see("MEMBER-000123", source=Source("page", provenance="typed")).provenance == "typed"


def test_what_a_pos_says_of_the_symbology():
    assert see("2811111111114", symbology="ean_upc").kind == "member"
    assert see("2811111111114", symbology="qr").kind == "unknown"
    assert see("]E02811111111114", symbology="qr").symbology == "ean_upc"
    assert see("4111111111111111", symbology=None).kind == "payment"
    assert see("4111111111111111", symbology="a name nobody knows").kind == "payment"


def test_rules_go_in_file_order_and_products_can_be_off():
    scale = RuleSettings(kind="product", name="scale", prefix=("22",), digits=True, length=13, check="ean")
    card = RuleSettings(kind="member", name="card", prefix=("2",), digits=True, length=13, check="ean")
    recognizer = Recognizer(RecognitionSettings(rules=(scale, card), products=False))
    assert see("2212345000012", recognizer).rule == "scale"
    assert see("2112345678900", recognizer).rule == "card"
    assert see("4600494694325", recognizer).kind == "unknown"
    assert recognizer.warnings == ()
    assert len(Recognizer(RecognitionSettings(rules=(card, scale))).warnings) == 1


def test_own_numbers_pass_the_guard_and_meet_the_rules():
    rule = RuleSettings(kind="member", pattern=r";(?P<id>7777\d{12})=\d{4}\?")
    recognizer = Recognizer(RecognitionSettings(rules=(rule,), own_prefixes=(OwnPrefix("7777", 16),)))
    assert see(";7777000000000017=2512?", recognizer).id == "7777000000000017"
    assert see(";7778000000000017=2512?", recognizer).kind == "payment"


@pytest.mark.parametrize("data", [b"4111111111111111", b";4111111111111111=25121010000000000?"])
def test_a_payment_card_stops_at_the_guard(data):
    scan, trace = RECOGNIZER.explain(data, SOURCE, 7)
    assert scan.kind == "payment"
    assert (scan.payload, scan.id, scan.aim, scan.gtin14, scan.fields) == (None, None, None, None, ())
    assert trace == ["guard: a payment card; its bytes are gone"]


def test_the_trace_tells_every_step():
    scan, trace = RECOGNIZER.explain(b"]C10112312312312333235XYZ\x1d10ABC", SOURCE, 7)
    assert scan == RECOGNIZER.recognise(b"]C10112312312312333235XYZ\x1d10ABC", SOURCE, 7)
    assert trace[:5] == [
        "guard: no payment card",
        "aim: ]C1 code128",
        "decode: utf-8",
        "gs1: (01)12312312312333 (235)XYZ (10)ABC",
        "gtin14: 12312312312333",
    ]
    assert trace[5].startswith("rule rotating: no (")
    assert trace[-1] == "products: a valid GTIN, product"
