"""Recognition: a frame's bytes -> what was scanned. PAN guard, AIM identifier, decoding, normalisation, rules, kind.

No step raises for what a frame holds: a broken payload is `unknown`. A payment card stops at the first step and leaves
nothing behind but the fact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from drivers.scanner.gs1 import GS, Elements, gtin_of, parse_elements, parse_link
from drivers.scanner.guard import PanGuard
from drivers.scanner.overlaps import find_overlaps
from drivers.scanner.profile import DEFAULT_RULES
from drivers.scanner.rules import Hit, Rule, Subject, make_rule
from drivers.scanner.settings import RecognitionSettings, ScannerSettings
from drivers.scanner.symbology import DEVICE_REPLY, NAMES, Aim, bare_gtin, gtin14, is_gs1, split_aim
from drivers.shapes import Scan

_EDGES = " \t\r\n\0"
"""Dropped around a text before rules look at it. Not GS: `str.strip()` alone would take a leading FNC1."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a frame came from, as far as recognition cares."""

    device: str
    code_page: str = ""
    trusted_for_commands: bool = False
    provenance: Literal["scanned", "typed", "repaired"] = "scanned"

    @classmethod
    def of(cls, settings: ScannerSettings) -> Source:
        """A configured scanner."""
        return cls(settings.name, settings.code_page, settings.trusted_for_commands)


class _Silent(list[str]):
    """A trace nobody reads."""

    def append(self, _step: str, /) -> None:
        """Keep nothing."""


class Recognizer:
    """The rules of one shop. `warnings` tells, once, of dead and overlapping rules."""

    def __init__(self, settings: RecognitionSettings | None = None) -> None:
        """The default profile where no settings are given; settings are checked as they are made."""
        settings = settings or RecognitionSettings()
        chosen = DEFAULT_RULES if settings.rules is None else settings.rules
        self._guard = PanGuard(settings.own_prefixes)
        self._products = settings.products
        self.rules: tuple[Rule, ...] = tuple(make_rule(rule, place) for place, rule in enumerate(chosen, 1))
        self.warnings = tuple(find_overlaps(self.rules))

    def recognise(self, data: bytes, source: Source, at_ms: int, *, symbology: str | None = None) -> Scan:
        """What one whole frame is. `at_ms` is monotonic; `symbology` is what a POS said of a scan it read itself."""
        return self._walk(data, source, (at_ms, symbology), _Silent())

    def explain(
        self, data: bytes, source: Source, at_ms: int, *, symbology: str | None = None
    ) -> tuple[Scan, list[str]]:
        """As `recognise`, with every step told in words. The trace of a payment card holds none of its bytes."""
        trace: list[str] = []
        return self._walk(data, source, (at_ms, symbology), trace), trace

    def _walk(self, data: bytes, source: Source, circumstances: tuple[int, str | None], trace: list[str]) -> Scan:
        at_ms, said = circumstances
        # A name we do not know tells nothing; above all it does not talk the guard out of its work.
        said = said if said in NAMES else None
        scan = Scan("unknown", None, source.device, at_ms, provenance=source.provenance)
        if self._guard.is_payment(data, said):
            trace.append("guard: a payment card; its bytes are gone")
            return replace(scan, kind="payment", rule="guard")
        trace.append("guard: no payment card")
        aim, rest = split_aim(data)
        trace.append(f"aim: {aim.id} {aim.symbology}" if aim else "aim: none")
        if aim is None and said is not None:
            aim = Aim("", said)
            trace.append(f"symbology: {said}, as the POS says")
        text = _decode(rest, source.code_page, trace)
        scan = replace(
            scan, payload=text, aim=aim.id or None if aim else None, symbology=aim.symbology if aim else None
        )
        if aim and aim.id == DEVICE_REPLY:
            trace.append("device: the reply to a command, not a scan")
            return replace(scan, kind="device_reply", rule="device")
        if text is None:
            return replace(scan, rule="undecodable")
        return self._judge(_normalise(scan, aim, trace), source, trace)

    def _judge(self, scan: Scan, source: Source, trace: list[str]) -> Scan:
        """The first rule that holds; then goods; else unknown."""
        subject = Subject((scan.payload or "").strip(_EDGES), scan.symbology, scan.gs1)
        for rule in self.rules:
            answer = rule.match(subject)
            if isinstance(answer, Hit):
                trace.append(f"rule {rule.name}: holds, {rule.kind}")
                trusted = rule.kind == "command" and source.trusted_for_commands
                return replace(
                    scan, kind=rule.kind, id=answer.id, fields=answer.fields, rule=rule.name, trusted=trusted
                )
            trace.append(f"rule {rule.name}: no ({answer})")
        if self._products and scan.gtin14 is not None:
            trace.append("products: a valid GTIN, product")
            return replace(scan, kind="product", rule="products")
        trace.append("no rule holds: unknown")
        return scan


def _decode(data: bytes, code_page: str, trace: list[str]) -> str | None:
    """Strict UTF-8, then the configured code page; None when neither takes every byte. Nothing is ever replaced."""
    for name in ("utf-8", code_page):
        if not name:
            continue
        try:
            text = data.decode(name)
        except UnicodeError:
            trace.append(f"decode: not {name}")
            continue
        trace.append(f"decode: {name}")
        return text
    trace.append("decode: no code page takes these bytes")
    return None


def _normalise(scan: Scan, aim: Aim | None, trace: list[str]) -> Scan:
    """GS1 elements and GTIN-14 beside the raw text."""
    text = (scan.payload or "").strip(_EDGES)
    elements, link = _elements(text, aim)
    gtin = gtin_of(elements) or (None if link else bare_gtin(text, aim))
    if elements:
        trace.append(("digital link: " if link else "gs1: ") + " ".join(f"({ai}){value}" for ai, value in elements))
    trace.append(f"gtin14: {gtin or 'none'}")
    return replace(scan, gs1=elements, digital_link=link, gtin14=gtin)


def _elements(text: str, aim: Aim | None) -> tuple[Elements, bool]:
    """GS1 elements of a text and whether they came as a Digital Link."""
    if link := parse_link(text):
        return link, True
    number, bar, composite = text.partition("|]e0")
    if aim and aim.symbology == "ean_upc" and bar:
        # The two-dimensional part of a composite symbol: attributes of the number before it.
        return (("01", gtin), *(parse_elements(composite) or ())) if (gtin := bare_gtin(number, aim)) else (), False
    # Many scanners send FNC1 in front as GS, or not at all; without it only a code that opens with a valid GTIN counts.
    opens = aim is None and len(text) > 16 and text.startswith("01") and gtin14(text[2:16]) is not None
    if (aim and is_gs1(aim)) or text.startswith(GS) or opens:
        return parse_elements(text) or (), False
    return (), False
