"""What a shop may set of its scanners and of how scans are recognised. Values only, checked as they are made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.scanner.framing import IDLE_MS, MAX_LEN, Framing, terminator_named
from drivers.scanner.pan import could_be_pan
from drivers.scanner.pattern import Pattern, PatternFault
from drivers.scanner.symbology import NAMES

Kind = Literal["member", "coupon", "gift", "product", "command", "rotating", "unknown"]
"""What a rule may say; `payment` and `device_reply` are never a shop's rule."""

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[\w-]+$")]
Digits = Annotated[str, Meta(min_length=1, max_length=19, pattern=r"^[0-9]+$")]
Text = Annotated[str, Meta(max_length=256)]


class ScannerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scanner: where it is attached, how it marks the end of a scan, what it may be trusted with."""

    name: Name = "scanner"
    transport: Literal["serial"] = "serial"
    port: Annotated[str, Meta(min_length=1, max_length=512)] = "/dev/ttyACM0"
    """A path that survives replugging: /dev/serial/by-id/... or a name of our udev rules."""
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 9600
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop: Literal[1, 2] = 1
    flow: Literal["none", "rtscts", "xonxoff"] = "none"
    framing: str = "CR"
    idle_ms: Annotated[int, Meta(ge=10, le=10_000)] = IDLE_MS
    prefix: Annotated[str, Meta(max_length=16)] = ""
    max_len: Annotated[int, Meta(ge=1, le=65_536)] = MAX_LEN
    dedupe_ms: Annotated[int, Meta(ge=0, le=10_000)] = 700
    code_page: Annotated[str, Meta(max_length=20)] = ""
    """Tried where a payload is not UTF-8, for example cp1251; nothing is guessed while it is empty."""
    trusted_for_commands: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown framing or code page, which msgspec tells with its place."""
        terminator_named(self.framing)
        check_code_page(self.code_page)

    def line_framing(self) -> Framing:
        """The framing as the codec takes it."""
        return Framing(terminator_named(self.framing), self.idle_ms, self.prefix.encode(), self.max_len)


class OwnPrefix(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers that are the shop's own cards, by their beginning and exact length: the PAN guard lets them pass."""

    prefix: Digits
    length: Annotated[int, Meta(ge=4, le=32)]

    def __post_init__(self) -> None:
        """Raises ValueError where a bank card could have such a number: the guard must not be talked out of it."""
        if could_be_pan(self.prefix, self.length):
            raise ValueError(f"{self.prefix} with {self.length} digits overlaps a payment range")


class RuleSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: all that is given must hold. The first rule in file order that holds decides the kind."""

    kind: Kind
    name: Annotated[str, Meta(max_length=40)] = ""
    symbology: tuple[str, ...] = ()
    """Allowed symbologies. A scan without an AIM identifier passes: the scanner did not say."""
    digits: bool = False
    length: Annotated[int, Meta(ge=1, le=4096)] | None = None
    min_length: Annotated[int, Meta(ge=1, le=4096)] | None = None
    max_length: Annotated[int, Meta(ge=1, le=4096)] | None = None
    prefix: tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...] = ()
    check: Literal["", "ean", "luhn", "mod97"] = ""
    pattern: Text = ""
    """The escape: a subset of regular expressions that cannot run long; named groups become fields, `id` the number."""
    url: Text = ""
    """`https://host/path/{id}`: the host exactly, each {name} one step of the path."""
    json: dict[str, str] = {}
    """Keys an object must have with these texts; `json_id` names the key of the number."""
    json_id: Annotated[str, Meta(max_length=64)] = "id"
    ai: Annotated[str, Meta(pattern=r"^([0-9]{2,4})?$")] = ""
    """A GS1 application identifier that must be there; its value becomes the number, and the other conditions are its."""

    def __post_init__(self) -> None:
        """Raises ValueError for what can never work, which msgspec tells with its place."""
        unknown = sorted(set(self.symbology) - NAMES)
        if unknown:
            raise ValueError(f"unknown symbology {', '.join(unknown)}, allowed: {', '.join(sorted(NAMES))}")
        if sum(map(bool, (self.pattern, self.url, self.json, self.ai))) > 1:
            raise ValueError("a rule has one of pattern, url, json and ai")
        if self.pattern:
            try:
                Pattern.parse(self.pattern)
            except PatternFault as fault:
                raise ValueError(f"pattern: {fault}") from None
        if self.url and not self.url.startswith("https://"):
            raise ValueError("url: must begin with https://")
        if not (self.plain() or self.pattern or self.url or self.json or self.ai):
            raise ValueError("a rule without any condition takes everything")

    def plain(self) -> bool:
        """Whether it asks anything of the text's outside."""
        lengths = self.length is not None or self.min_length is not None or self.max_length is not None
        return bool(self.digits or lengths or self.prefix or self.check)


class RecognitionSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How scans are told apart. Rules that a file gives replace the default profile as a whole."""

    rules: tuple[RuleSettings, ...] | None = None
    own_prefixes: tuple[OwnPrefix, ...] = ()
    products: bool = True
    """Whether a valid GTIN that no rule took is a product."""


def check_code_page(name: str) -> None:
    """Raises ValueError unless `name` is empty or an encoding in which ASCII is itself, backslashes and dots included."""
    # First what an escaping codec would change, so that none gets to warn of the second.
    for probe in (b"\\u0041\\n", bytes(range(0x20, 0x7F)), b"x..x" * 64):
        try:
            good = not name or probe.decode(name) == probe.decode("ascii")
        except (LookupError, ValueError, TypeError):
            good = False
        if not good:
            raise ValueError(f"unknown code page {name}, for example: cp1251, cp866, latin-1")
