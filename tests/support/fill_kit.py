"""Fills for tests: a base written directly, and a hub's fill of two thousand members cut into many pieces."""

from __future__ import annotations

import io
import itertools

from hub_kit import NOON, Bench
from till_kit import card

from agent.loyalty import ids
from sync.calls import HubFault, unpacked
from sync.fill import MOST_BYTES, Words
from sync.hub.filling import Fills, make
from sync.hub.importing import Ground, import_members
from sync.hub.store.snapshot import Snapshot
from sync.signing import Verifier
from sync.wire import MemberState


def write_base(path, states, *, rev=10, epoch=1, marks=()):
    """A fill's file of these states (any order); its path."""
    with Snapshot(f"{path}.loose", Words()) as file:
        file.add(sorted(states, key=lambda state: state.member))
        file.finish({"rev": str(rev), "epoch": str(epoch)}, marks, str(path))
    return str(path)


def small_pieces(monkeypatch):
    """Pieces of a few pages, so that small fills have many."""
    from sync import fill

    monkeypatch.setattr(fill, "LEAST_BYTES", 8192)
    monkeypatch.setattr(fill, "_ENDS_ONE_IN", 3)


class FillingHub:
    """A hub with `count` members, the n-th with till_kit's card(n) and n points, and its fill; in this process."""

    def __init__(self, folder, count=2000):
        self.bench = Bench(folder / "hub.db")
        self.fills = Fills(str(folder / "hub.db.fill"))
        self.key = self.bench.keys.programme_key
        self.verifier = Verifier(self.bench.keys.signer.public)
        self.asked = []
        self.spoil = lambda sha256, data: data
        """May change, refuse (raise) or count what is sent."""
        self.enter(0, count)

    def enter(self, first, end):
        """Import more members and make a new fill."""
        rows = "\n".join(f"{card(n)},Имя {n},{n}" for n in range(first, end))
        ground = Ground(key=self.key, currency="main", now_ms=NOON, day="2026-09-21", epoch=1)
        import_members(self.bench.database, io.StringIO(f"card,name,points\n{rows}\n"), ground)
        return self.renew()

    def renew(self):
        self.made = make(self.bench.database, self.fills, self.bench.keys.signer, now_ms=NOON)
        return self.made

    def handle(self, n):
        return ids.card_hmac(self.key, card(n))

    def member(self, n):
        return ids.member_id(self.key, card(n))

    def fill(self):
        return self.fills.signed()

    def piece(self, sha256):
        self.asked.append(sha256)
        packed = self.fills.piece(sha256)
        if packed is None:
            raise HubFault("refused", status=404)
        return self.spoil(sha256, unpacked(packed, limit=MOST_BYTES))

    def close(self):
        self.bench.close()


def numbered(count, *, rev=10):
    """Plain states m0.. with a card c0.. each."""
    return [MemberState(member=f"m{n}", rev=rev, cards=(f"c{n}",)) for n in range(count)]


def cut_after(count, fault):
    """A `spoil` that raises `fault` from the so-many-th piece on."""
    seen = itertools.count(1)

    def spoil(_sha256, data):
        if next(seen) > count:
            raise fault
        return data

    return spoil
