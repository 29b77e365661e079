"""The slip of a return or a void."""

import msgspec
from till_kit import card, granted, line


def test_a_slip_and_its_job(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    granted(till.sell("S-1", card=card(1), redeem={"main": 150}, receipt_no="812"))
    back = granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))
    text = till.text(back["receipt"])
    for fact in ("ВОЗВРАТ", "по чеку 812", "1 149,00", "Возвращено", "150 баллов", "57 баллов", "300 баллов"):
        assert fact in text, fact
    (job,) = till.store.prints.of_receipt(back["receipt"])
    assert (job.kind, job.state) == ("receipt", "queued")
    row = till.store.prints.receipt(back["receipt"])
    assert msgspec.json.decode(row.summary) == {
        "kind": "return", "id": "S-1", "seq": back["seq"], "money_back": 114_900, "taken_back": {"main": 57},
        "member": "*" + card(1)[-4:], "at": till.clock.wall_ms,
    }  # fmt: skip


def test_a_void_says_so_and_names_the_sale_where_it_has_no_number(till):
    granted(till.sell("S-1", [line(1, 500)]))
    text = till.text(granted(till.void("S-1", "V-1"))["receipt"])
    assert "ОТМЕНА" in text
    assert "по чеку S-1" in text


def test_no_paper_where_none_is_asked_for(till):
    granted(till.sell("S-1", [line(1, 500)], print=False))
    from agent.till.give_back import Void, void

    granted(void(till.desk, "S-1", Void(id="V-1", print=False)))
    assert till.store.prints.waiting() == 0
