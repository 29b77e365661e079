"""One record of each kind, whole: `python tests/support/golden_records.py` writes those tests/golden/records-v1.jsonl lacks.

A line that stands there is never changed: it is what a till out there may still hold in its journal.
"""

from __future__ import annotations

import json
import pathlib

from agent.loyalty.decision import Decision, Earned, FiscalLine, LineResult, Refused, Trace, Why
from agent.loyalty.leases import Backing, Grant, Spend, lease_id
from agent.loyalty.ledger import move
from agent.loyalty.lots import Lot, Part
from agent.loyalty.member import Member
from agent.loyalty.returned import ReturnedLine
from agent.loyalty.sale import Line, Sale, Tender
from sync import chain, wire
from sync.signing import Signer, sign_grant

PATH = pathlib.Path(__file__).parents[1] / "golden" / "records-v1.jsonl"
HUB = Signer(bytes(range(32)))
AT = 1_790_000_000_000
UNIT = "points:main"
MEMBER = "8f14e45fceea167a5a36dedd4bea2543"
FRIEND = "c9f0f895fb98ab9159f51fd0297e236d"
CONTENT = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
LOT = Lot(id="t1-7", unit=UNIT, points=500, left=500, born=AT, spendable_from="2026-10-05", expires_on="2027-09-21")
PARTS = (Part("t1-2", 150),)
SPEND = Spend(lease_id("t1", 1, 2), UNIT, PARTS)
POSTINGS = (
    *move(UNIT, 500, source="issued", target=f"member:{MEMBER}"),
    *move(UNIT, 150, source=f"member:{MEMBER}", target="redeemed"),
)


def decision() -> Decision:
    return Decision(
        programme="sosedi", version=12, hash="ab" * 32, at=AT, total=129_900, discount=12_990, redeemed=150, to_pay=116_760,
        lines=(
            LineResult(
                n=1, quantity="1", amount=129_900, discount=12_990, redeemed=150, to_pay=116_760, earned={"main": 500},
                exact={"main": "500.4"}, points={"main": 150}, why=(Why(offer="ten", discount=12_990),),
            ),
        ),
        fiscal_lines=(FiscalLine(of=1, quantity="1", unit_price=116_760, amount=116_760, tax_rate="22"),),
        earned={"main": Earned(points=500, available_from="2026-10-05", expires_on="2027-09-21")}, spent={"main": 150},
        worth={"main": 150}, refused=(Refused(what="coupon", code="unknown-coupon"),), trace=(Trace("ten", "applied"),),
    )  # fmt: skip


def bodies() -> list[wire.AnyBody]:
    """In the order a till would write them."""
    grant = Grant(
        id=SPEND.lease, till="t1", member=MEMBER, unit=UNIT, granted=300, until=AT + 43_200_000, epoch=1,
        backing=(Backing(lot="t1-2", points=300, born=AT, expires_on="2027-09-21"),),
    )  # fmt: skip
    sale = Sale(
        id="S-1", receipt_no="42", cashier="Ольга", closed_at="2026-09-21T17:13:20+03:00", card="2811111111114",
        lines=(Line(n=1, sku="4600000000017", price=129_900, amount=129_900, name="Кофе", groups=("coffee",), tax_rate="22"),),
        redeem={"main": 150}, tenders=(Tender("card", 116_760),), final=True,
    )  # fmt: skip
    return [
        wire.BootBody(reason="new", store="s1", former=0, former_seq=0),
        wire.WantBody(member=MEMBER, unit=UNIT, points=300, style="visit"),
        wire.GotBody(grant=sign_grant(HUB, grant)),
        wire.SaleBody(
            store="s1", sale=sale, content=CONTENT, closed_at=AT, decision=decision(), member=MEMBER, how="scan",
            judged=Member(id="m", tier="gold"), spends=(SPEND,), loss={UNIT: 5}, lots=(LOT,), mismatch=("redeemed",), postings=POSTINGS,
        ),
        wire.ReturnBody(
            store="s1", id="R-1", content=CONTENT, of="S-1", closed_at=AT, money_back=116_760, member=MEMBER,
            lines=(ReturnedLine(n=1, quantity="1"),), restored={UNIT: PARTS}, taken_back={UNIT: 500},
            own_lots=("t1-7",), postings=POSTINGS,
        ),
        wire.VoidBody(
            store="s1", id="V-1", of="S-2", member=MEMBER, restored={UNIT: PARTS}, taken_back={UNIT: 5}, own_lots=("t1-9",),
            postings=POSTINGS,
        ),
        wire.MoveOutBody(
            store="s1", id="M-1", member=MEMBER, unit=UNIT, points=150, to=FRIEND, spends=(SPEND,), postings=POSTINGS
        ),
        wire.MoveInBody(
            store="s1", id="M-1", member=FRIEND, unit=UNIT, points=500, of=MEMBER, lots=(LOT,), postings=POSTINGS
        ),
        wire.EnrolBody(
            member=MEMBER, cards=("a1" * 16,), phone="b2" * 16, masked="*1114", name="Анна", birthday="02-29", consents=("sms",)
        ),
        wire.CloseBody(lease=SPEND.lease, member=MEMBER, unit=UNIT, spent=150, left=150, reason="idle"),
        wire.NoticeBody(what="redeem-refused", numbers={"asked": 900, "code": "beyond-share"}),
    ]  # fmt: skip


def lines() -> list[bytes]:
    """Canonical lines of one chain, t1's first incarnation."""
    found, hlc = [], 0
    for seq, body in enumerate(bodies(), 1):
        hlc = chain.hlc_tick(hlc, AT + seq)
        record = wire.Record(
            v=1, till="t1", inc=1, seq=seq, id=f"019a0000-0000-7000-8000-{seq:012x}", at=AT + seq, hlc=hlc, body=body
        )  # fmt: skip
        found.append(wire.encode(record))
    return found


def main() -> None:
    kept = PATH.read_bytes().splitlines() if PATH.exists() else []
    kinds = {json.loads(line)["body"]["kind"] for line in kept}
    new = [line for line in lines() if json.loads(line)["body"]["kind"] not in kinds]
    PATH.write_bytes(b"".join(line + b"\n" for line in [*kept, *new]))


if __name__ == "__main__":
    main()
