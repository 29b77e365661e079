from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from agent.config import MAX_BYTES, Fault, convert, dotted, read_toml

FILE = "kopilka.toml"


class Port(Struct, forbid_unknown_fields=True):
    path: str
    baud: Annotated[int, Meta(ge=300, le=115_200)] = 9600
    mode: Literal["serial", "tcp"] = "serial"


class Cut(Struct, tag_field="do", tag="cut"):
    feed: int = 3


class Beep(Struct, tag_field="do", tag="beep"):
    times: Annotated[int, Meta(ge=1)]


class Settings(Struct):
    ports: Annotated[tuple[Port, ...], Meta(max_length=2)] = ()
    pin: Annotated[str, Meta(min_length=4, pattern=r"^\d+$", extra={"secret": True})] = "0000"
    tokens: Annotated[dict[str, Annotated[str, Meta(min_length=8)]], Meta(extra={"secret": True})] = {}
    hub: Port | None = None
    named: dict[str, Port] = {}
    pair: tuple[int, str] = (1, "")
    redeem: int | Literal["max"] = 1
    after: tuple[Cut | Beep, ...] = ()
    low: int = 0
    high: int = 9

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


def faults(text: str, type_: type = Settings) -> list[str]:
    data, lines, broken = read_toml(text, FILE)
    assert broken == []
    value, found = convert(data, type_, lines=lines, file=FILE)
    assert (value is None) == bool(found)
    return [str(fault) for fault in found]


def test_a_fault_reads_as_one_line():
    assert str(Fault("a.toml", 3, "x.y", "unknown key", "b, c", "b")) == (
        "a.toml:3: x.y: unknown key; allowed: b, c; did you mean b?"
    )
    assert str(Fault("a.toml", 3, "", "not TOML")) == "a.toml:3: not TOML"


def test_every_fault_is_told_at_once_in_order_of_lines():
    text = """# a letter
pair = [1,
  2]
redeem = "mix"

[[ports]]
path = "/dev/ttyS0"
baud = 5
mode = "seral"
[[ports]]
"path" = 1
bud = 3
[hub]
baud = 300
[named."left one"]
path = false
"""
    assert faults(text) == [
        "kopilka.toml:3: pair[1]: a whole number is not allowed here; allowed: text",
        "kopilka.toml:4: redeem: 'mix' is not an allowed value; allowed: a whole number or 'max'; did you mean 'max'?",
        "kopilka.toml:8: ports[0].baud: 5 is out of range; allowed: a whole number >= 300, <= 115200",
        "kopilka.toml:9: ports[0].mode: 'seral' is not an allowed value; allowed: 'serial', 'tcp'; did you mean 'serial'?",
        "kopilka.toml:11: ports[1].path: a whole number is not allowed here; allowed: text",
        "kopilka.toml:12: ports[1].bud: unknown key; allowed: path, baud, mode; did you mean baud?",
        "kopilka.toml:13: hub.path: missing; allowed: text",
        "kopilka.toml:16: named.'left one'.path: true/false is not allowed here; allowed: text",
    ]


def test_a_good_document_is_converted():
    data, lines, _ = read_toml(
        'redeem = "max"\npair = [2, "b"]\n[[ports]]\npath = "a"\n[[after]]\ndo = "beep"\ntimes = 2', FILE
    )
    value, found = convert(data, Settings, lines=lines, file=FILE)
    assert found == []
    assert value == Settings(ports=(Port("a"),), redeem="max", pair=(2, "b"), after=(Beep(2),))


def test_unknown_keys_are_faults_though_the_struct_would_ignore_them():
    assert faults("lo = 3") == [
        "kopilka.toml:1: lo: unknown key; allowed: ports, pin, tokens, hub, named, pair, redeem, after, low, high; did you mean low?"
    ]
    assert faults("zzz = 3")[0].endswith("low, high")


def test_structs_of_a_union_are_told_apart_by_their_tag():
    assert faults('[[after]]\ndo = "beep"\ntimes = 0\n[[after]]\ndo = "cut"\nfed = 1') == [
        "kopilka.toml:3: after[0].times: 0 is out of range; allowed: a whole number >= 1",
        "kopilka.toml:6: after[1].fed: unknown key; allowed: feed; did you mean feed?",
    ]
    [unknown] = faults('[[after]]\ndo = "dance"')
    assert unknown.startswith("kopilka.toml:1: after[0]: ")


def test_what_the_whole_says_is_told_at_its_place():
    assert faults("high = 1\nlow = 2") == ["kopilka.toml:1: low is above high"]
    assert faults('[[ports]]\npath="a"\n[[ports]]\npath="b"\n[[ports]]\npath="c"') == [
        "kopilka.toml:1: ports: 3 is not an allowed number of entries; allowed: a list of 0 to 2"
    ]


@pytest.mark.parametrize("text", ['pin = "hunter2"', '[tokens]\ntill = "hunter2"', "pin = 8675309", "tokens = 8675309"])
def test_secrets_are_never_echoed(text):
    [told] = faults(text)
    assert "hunter2" not in told
    assert "8675309" not in told


def test_control_characters_of_a_value_are_not_passed_on():
    told = faults('redeem = "\\u001b[31mred"')[0]
    assert "\x1b" not in told
    assert "\n" not in faults('"a\\nb" = 1')[0]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = 1\nb = \n", 2, "not TOML: Invalid value"),
        ("a = 1\n\na = 2\n", 3, "not TOML: Cannot overwrite a value"),
        ('a = 1\n\nb = """\nx\n', 4, "not TOML: Unterminated string"),
        ("a = 1\nx = " + "[" * 40 + "]" * 40, 2, "nested too deeply"),
        ("\n" + "a." * 200_000 + "a = 1", 2, "nested too deeply"),
        ("[" + "a." * 40 + "a]\nb = 1", 1, "nested too deeply"),
        ("x = " + "9" * 5000, 1, "a number is too long"),
        ("#" * (MAX_BYTES + 1), 1, "the file is too large"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, line, what):
    data, _, [fault] = read_toml(text, FILE)
    assert (data, fault.line, fault.what) == ({}, line, what)


def test_a_byte_order_mark_is_no_fault():
    assert read_toml("\ufeffa = 1", FILE)[0] == {"a": 1}


def test_depth_is_limited_in_data_from_elsewhere():
    data: dict[str, object] = {}
    type_: object = int
    for _ in range(40):
        data, type_ = {"a": data}, dict[str, type_]
    value, [fault] = convert(data, type_, lines=read_toml("", FILE)[1], file=FILE)
    assert value is None
    assert fault.what == "nested too deeply"


def test_at_places_a_part_of_a_document():
    data, lines, _ = read_toml("[a]\n[a.b]\npath = 1", FILE)
    _, [fault] = convert(data["a"]["b"], Port, lines=lines, file=FILE, at=("a", "b"))
    assert (fault.line, fault.key) == (3, "a.b.path")


def test_dotted_quotes_what_is_no_bare_key():
    assert dotted(("a", 0, "b c", "", "d-e")) == "a[0].'b c'.''.d-e"


texts = st.text(alphabet=st.sampled_from("ab.=\"'[]{},#\n\\0 1\u0436\x00"), max_size=60) | st.text(max_size=60)


@settings(derandomize=True, max_examples=500)
@given(texts)
def test_reading_never_raises(text):
    data, lines, found = read_toml(text, FILE)
    assert bool(found) or isinstance(data, dict)
    for fault in found:
        assert 1 <= fault.line <= text.count("\n") + 1
    convert(data, Settings, lines=lines, file=FILE)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ports", "pin", "path", "hub", "low", "do", "after", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=500)
@given(plain)
def test_convert_finds_a_fault_exactly_where_msgspec_does(data):
    lines = read_toml("", FILE)[1]
    value, found = convert(data, Settings, lines=lines, file=FILE)
    try:
        theirs = msgspec.convert(data, Settings)
    except msgspec.ValidationError:
        assert found
        return
    # Ours is stricter in one thing: keys no field takes.
    if found:
        assert {fault.what for fault in found} == {"unknown key"}
    else:
        assert value == theirs
