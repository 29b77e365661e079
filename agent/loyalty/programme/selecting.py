"""Selectors of lines while a programme is compiled: the keys they mention, one number for equal selectors."""

from __future__ import annotations

from difflib import get_close_matches

from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import LinesTable, RangeTable
from agent.loyalty.programme.ranges import quantities, sums
from agent.loyalty.programme.values import Range, Selector
from agent.loyalty.programme.words import Unreadable, short
from agent.toml_lines import Path

KINDS = ("sku", "group", "brand", "tag")
EVERYTHING = 0
NOTHING = 1


class Selecting:
    """Numbers for keys and selectors. Number 0 picks every line, 1 picks none."""

    def __init__(self, desk: Desk, digits: int) -> None:
        self.desk = desk
        self.digits = digits
        self.keys: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        self.count = 0
        self.selectors: list[Selector] = [Selector(), Selector(nothing=True)]
        self._numbers: dict[Selector, int] = {self.selectors[0]: EVERYTHING, self.selectors[1]: NOTHING}
        self._words: dict[str | tuple[str, ...], int] = {}

    def number(self, selector: Selector) -> int:
        found = self._numbers.get(selector)
        if found is None:
            found = self._numbers[selector] = len(self.selectors)
            self.selectors.append(selector)
        return found

    def of_words(self, words: str | tuple[str, ...], tail: Path) -> int:
        """The selector that picks lines with any of these keys; no words pick nothing."""
        found = self._words.get(words)
        if found is None:
            before = len(self.desk.faults)
            keys = self.keys_of(words, tail)
            found = self.number(Selector(any=keys)) if keys else NOTHING
            if len(self.desk.faults) == before:
                self._words[words] = found
        return found

    def of_table(self, table: LinesTable, tail: Path) -> int:
        price = self._range(table.price, (*tail, "price"), of_money=True)
        quantity = self._range(table.quantity, (*tail, "quantity"), of_money=False)
        return self.number(
            Selector(
                any=self.keys_of(table.any, (*tail, "any")) if table.any is not None else (),
                none=self.keys_of(table.except_, (*tail, "except")) if table.except_ is not None else (),
                price=price,
                quantity=quantity,
            )
        )

    def keys_of(self, words: str | tuple[str, ...], tail: Path) -> tuple[int, ...]:
        if isinstance(words, str):
            key = self.desk.read(tail, self._key, words)
            return () if key is None else (key,)
        found = [self.desk.read((*tail, place), self._key, word) for place, word in enumerate(words)]
        return tuple(sorted({key for key in found if key is not None}))

    def _range(self, table: int | str | RangeTable | None, tail: Path, *, of_money: bool) -> Range | None:
        if table is None:
            return None
        return sums(self.desk, table, tail, self.digits) if of_money else quantities(self.desk, table, tail)

    def _key(self, word: str) -> int:
        """The number of "group:x", "brand:x", "tag:x", "sku:x" or a bare SKU. Raises Unreadable."""
        kind, colon, value = word.partition(":")
        if not colon:
            kind, value = "sku", word
        if kind not in self.keys or not value:
            near = get_close_matches(kind, KINDS, n=1)
            raise Unreadable(
                f"{short(word)} names no lines",
                '"group:x", "brand:x", "tag:x", "sku:x" or a bare SKU',
                f'"{near[0]}:{value}"' if near and value else "",
            )
        if "*" in value:
            raise Unreadable(
                f"{short(word)}: there are no patterns", "a group, brand, tag or SKU; give the lines a tag"
            )
        table = self.keys[kind]
        if value not in table:
            table[value] = self.count
            self.count += 1
        return table[value]
