"""Records no till of ours writes, under a good signature and in a good chain: why each is parked, and those that are taken and move nothing."""

from __future__ import annotations

import json

import msgspec
from hub_kit import UNIT, Pen

from agent.loyalty.leases import Backing, Grant, Spend
from agent.loyalty.ledger import Posting
from agent.loyalty.lots import Part
from sync import wire
from sync.hub import wiring
from sync.signing import Signer, sign_grant

BIG = 10**12 + 1
PARKED = {}
"""name -> (write(pen, shop), reason)."""
HARMLESS = {}
"""name -> write(pen, shop): taken, and no member's book changes."""


def raw(pen: Pen, **changes) -> bytes:
    """A sale's line with members replaced by any JSON; `body_` ones in its body."""
    pen.sale("m1", earn=1)
    line = json.loads(pen.lines.pop())
    pen.hashes.pop()
    inner = {name[5:]: changes.pop(name) for name in list(changes) if name.startswith("body_")}
    line["body"] |= inner
    line |= changes
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass")


def line(reason, name, **changes):
    PARKED[name] = (lambda pen, _: pen.raw(raw(pen, **changes)), reason)


def told(reason, name, text):
    PARKED[name] = (lambda pen, _: pen.raw(text), reason)


def written(reason, name, write):
    PARKED[name] = (write, reason)


for _name, _text in {
    "an empty line": b"",
    "no JSON": b"sale!",
    "a NUL": b'{"v":1,"till":"\0"}',
    "no UTF-8": b'{"v":1,"till":"\xff"}',
    "a lone surrogate": b'{"v":1,"till":"\\ud800"}',
    "brackets without end": b"[" * 100_000,
    "objects without end": b'{"body":' * 50_000,
    "a giant integer": b'{"v":' + b"9" * 10_000 + b"}",
    "two records on one line": b'{"v":1}{"v":1}',
    "a head where a record belongs": b'{"v":1,"till":"t1","inc":1,"first":1,"last":1,"prev":"","hash":""}',
}.items():
    told("undecodable", _name, _text)
line("other-key", "another till's record", till="t2")
line("other-key", "another incarnation's", inc=2)
line("other-key", "another number", seq=999_999)
line("other-key", "a number beyond 53 bits", seq=2**53)
line("other-key", "a negative number", seq=-1)
line("unknown-version", "a version to come", v=2)
line("unknown-version", "version 0", v=0)
line("unknown-kind", "a kind to come", body={"kind": "raffle", "prize": 1})
line("undecodable", "a kind that is no word", body={"kind": 7})
line("undecodable", "a body that is a list", body=[1])
line("undecodable", "a float for points", body_loss={UNIT: 1.5})
line("bad-time", "a clock before all clocks", hlc=-1)
line("bad-time", "a clock after all clocks", hlc=2**63)
line("bad-time", "a moment before 1970", at=-1)
line("bad-time", "a moment that no calendar has", at=10**17)
line("other-store", "a sale of another store", body_store="s2")
line("bad-id", "a member with a space", body_member="a b")
line("bad-id", "a member with a NUL", body_member="a\0b")
line("bad-id", "a member without a name: the shop's own book", body_member="")
line("bad-id", "a member of 81 signs", body_member="m" * 81)
line("bad-id", "a member in other letters", body_member="\u0661\u0662")
line("bad-id", "a content without end", body_content="c" * 5000)
line("bad-id", "a content with a NUL", body_content="c\0")
line("no-member", "points for nobody", body_member=None)
line("bad-points", "a negative loss", body_loss={UNIT: -5})
line("bad-points", "a loss of everything", body_loss={UNIT: BIG})
line("too-many-parts", "units without end", body_loss={f"u{n}": 1 for n in range(1001)})
written("no-sale-id", "a sale without an id", lambda pen, _: pen.raw(nameless(pen)))


def nameless(pen):
    found = json.loads(raw(pen))
    del found["body"]["sale"]["id"]
    return json.dumps(found).encode()


def lots(*given, **more):
    return {"body_lots": [{"id": "x", "unit": UNIT, "points": 5, "left": 5, "born": 1} | lot for lot in given], **more}


line("bad-points", "a negative lot", **lots({"points": -5, "left": -5}))
line("bad-points", "a lot of nothing", **lots({"points": 0, "left": 0}))
line("bad-points", "a lot of everything", **lots({"points": BIG, "left": BIG}))
line("bad-lot", "a lot with more left than it had", **lots({"left": 6}))
line("bad-lot", "a lot that was spent from before it was born", **lots({"left": 4}))
line("bad-id", "a lot with a foreign unit", **lots({"unit": "points:main\n"}))
line("bad-id", "a lot with a name of nothing", **lots({"id": ""}))
line("bad-day", "a lot that expires on no day", **lots({"expires_on": "tomorrow"}))
line("bad-day", "a lot that expires on a day no calendar has", **lots({"expires_on": "2026-02-30"}))
line("bad-day", "a lot that expires in other digits", **lots({"expires_on": "\u0662\u0660\u0662\u0666-01-01"}))
line("bad-time", "a lot born before 1970", **lots({"born": -1}))
line("lot-exists", "one lot twice", **lots({"id": "twin"}, {"id": "twin"}))
line("too-many-parts", "lots without end", **lots(*({"id": f"l{n}"} for n in range(1001))))
line("lot-exists", "a lot that is somebody's already", **lots({"id": "seed"}, body_member="victim"))


def spending(pen, *, lease="f" * 64, unit=UNIT, parts=(("seed", 5),), member="victim", **more):
    spend = Spend(lease, unit, tuple(Part(lot, points) for lot, points in parts))
    pen.sale(member, **more)
    return respent(pen, spend)


def respent(pen, spend):
    record = wire.decode(pen.lines.pop())
    pen.hashes.pop()
    body = msgspec.structs.replace(record.body, spends=(spend,))
    return pen.raw(wire.encode(msgspec.structs.replace(record, body=body)))


written("bad-points", "a spend of less than nothing", lambda pen, _: spending(pen, parts=[("seed", -5)]))
written("bad-points", "a spend of nothing", lambda pen, _: spending(pen, parts=[("seed", 0)]))
written("bad-points", "a spend of everything", lambda pen, _: spending(pen, parts=[("seed", BIG)]))
written("bad-id", "a spend of a lease that is no name", lambda pen, _: spending(pen, lease="a lease"))
written("too-many-parts", "a spend in parts without end", lambda pen, _: spending(pen, parts=[("seed", 1)] * 1001))
written(
    "unbalanced", "postings that make points",
    lambda pen, _: pen.sale("m1", earn=1, postings=(Posting("member:m1", UNIT, 100),)),
)  # fmt: skip
written("other-content", "the same sale with another content", lambda pen, _: pen.sale("m1", name="known", content="x"))
written(
    "unknown-lot", "a return of points to no lot", lambda pen, _: pen.give_back("victim", "known", restored={"no": 5})
)
written(
    "restores-too-much", "a return of more than was spent", lambda pen, _: pen.give_back("victim", "x", restored={"seed": 5})
)  # fmt: skip
written("bad-points", "a return of less than nothing", lambda pen, _: pen.give_back("m1", "x", restored={"seed": -5}))
written(
    "bad-points", "a loss made good by less than nothing", lambda pen, _: pen.give_back("m1", "x", loss_back={UNIT: -5})
)
written("bad-points", "a claw-back of less than nothing", lambda pen, _: pen.give_back("m1", "x", taken_back=-5))
written("too-many-parts", "lots of a return without end", lambda pen, _: pen.give_back("m1", "x", own=["a"] * 1001))
written(
    "too-many-parts", "lots of a return beyond what a statement takes",
    lambda pen, _: pen.give_back("m1", "x", own=[f"{n:x}" for n in range(70_000)]),
)  # fmt: skip
written("other-store", "a return to another store", lambda pen, _: pen.raw(other_store(pen)))


def other_store(pen):
    pen.give_back("m1", "x")
    pen.hashes.pop()
    return pen.lines.pop().replace(b'"store":"s1"', b'"store":"s2"')


def enrolling(reason, title, **changes):
    written(reason, title, lambda pen, _: pen.write(wire.EnrolBody(**{"member": "m-new", "cards": ("c1",)} | changes)))


enrolling("too-long", "an enrolment with a name without end", name="n" * 201)
enrolling("too-long", "an enrolment with cards without end", cards=tuple(f"c{n}" for n in range(21)))
enrolling("bad-day", "an enrolment born on no day", birthday="02-30")
enrolling("bad-id", "an enrolment with a bare card", cards=("2811111111114 \n",))
enrolling("bad-text", "an enrolment with a NUL in its name", name="Anna\0")
enrolling("bad-text", "an enrolment with a bell on its receipt", masked="\x07\x1b@")


def closing(pen, shop, **changes):
    grant = shop["grant"]
    said = {"lease": grant.id, "member": grant.member, "unit": UNIT, "spent": 0, "left": 5, "reason": "idle"}
    return pen.write(wire.CloseBody(**said | changes))


written("unknown-lease", "the end of another till's lease", closing)
written("unknown-lease", "the end of a lease that never was", lambda pen, shop: closing(pen, shop, lease="0" * 64))
written("bad-points", "the end of a lease with less than nothing", lambda pen, shop: closing(pen, shop, left=-1))
written("bad-id", "a wish for a unit that is no name", lambda pen, _: pen.want("victim", 5, unit="a unit"))
written("bad-id", "a wish of nobody", lambda pen, _: pen.want("", 5))


def forged(pen, **changes):
    grant = Grant(
        id="e" * 64, till=pen.till, member="victim", unit=UNIT, granted=50, backing=(Backing(lot="seed", points=50, born=1),)
    )  # fmt: skip
    return sign_grant(Signer(b"x" * 32), msgspec.structs.replace(grant, **changes))


written("bad-grant", "a grant forged by another key", lambda pen, _: pen.write(wire.GotBody(grant=forged(pen))))
written("foreign-grant", "another till's grant", lambda pen, shop: pen.write(wire.GotBody(grant=shop["grant"])))
HARMLESS["a wish for less than nothing"] = lambda pen, _: pen.want("victim", -5)
HARMLESS["a wish for nothing"] = lambda pen, _: pen.want("victim", 0)
HARMLESS["a wish beyond all points"] = lambda pen, _: pen.want("victim", 2**62)
HARMLESS["a wish for a stranger"] = lambda pen, _: pen.want("nobody-at-all", 5)
HARMLESS["the same sale again"] = lambda pen, _: pen.sale("m1", name="known", earn=7)
HARMLESS["a boot in the middle"] = lambda pen, _: pen.write(wire.BootBody(reason="copied", store="s2", former=2**62))
HARMLESS["a notice without end"] = lambda pen, _: pen.write(wire.NoticeBody(what="n" * 1000, numbers={"x" * 99: 2**62}))
HARMLESS["a clock of tomorrow"] = lambda pen, _: pen.write(
    wire.NoticeBody(what="n"), at=wiring.clock() + 10**11, hlc=2**63 - 1
)
