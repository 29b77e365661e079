"""From record to paper."""

import msgspec
import pytest
from till_kit import Till, card, granted, refused

from agent.till.paper import language, reprint, would_earn
from drivers.printer.document import decode_document


def summary(till, receipt):
    return msgspec.json.decode(till.store.prints.receipt(receipt).summary)


@pytest.mark.parametrize(("text", "lang"), [("ru", "ru"), ("en", "en"), ("en-GB", "en"), ("de", "ru"), ("", "ru")])
def test_language(text, lang):
    assert language(text) == lang


def test_receipt_and_job(till):
    till.lease(till.member(1, [("a", 300)]), 200)
    answer = granted(till.sell("S-1", card=card(1), redeem={"main": 150}))
    (job,) = till.store.prints.of_receipt(answer["receipt"])
    row = till.store.prints.receipt(answer["receipt"])
    assert (job.printer, job.state, job.kind, job.document) == ("receipts", "queued", "receipt", row.document)
    assert decode_document(row.document).lang == "ru"
    assert summary(till, answer["receipt"]) == {
        "kind": "sale", "id": "S-1", "seq": answer["seq"], "to_pay": 114_900, "earned": {"main": 57},
        "spent": {"main": 150}, "member": "*" + card(1)[-4:], "at": till.clock.wall_ms,
    }  # fmt: skip


def test_a_receipt_is_kept_though_nothing_is_printed(tmp_path, till):
    answer = granted(till.sell("S-1", print=False))
    assert till.store.prints.receipt(answer["receipt"]) is not None
    assert till.store.prints.waiting() == 0
    paperless = Till(tmp_path, name="T2", printer=None)
    answer = granted(paperless.sell("S-1"))
    assert paperless.store.prints.receipt(answer["receipt"]) is not None
    assert paperless.store.prints.waiting() == 0
    assert refused(reprint(paperless.desk, answer["receipt"])) == "no-printer"
    paperless.close()


def test_reprints_are_copies_of_the_first(till):
    answer = granted(till.sell("S-1"))
    printed = []
    till.desk.print_soon = printed.append
    till.clock.pass_ms(60_000)
    copy = granted(reprint(till.desk, answer["receipt"]))
    assert copy == {"receipt": answer["receipt"], "job": copy["job"], "printer": "receipts"}
    first, second = till.store.prints.of_receipt(answer["receipt"])
    assert (second.kind, second.id, second.document) == ("copy", copy["job"], first.document)
    assert second.first_attempt_ms == first.created_ms == till.clock.wall_ms - 60_000
    assert printed == ["receipts"]
    assert refused(reprint(till.desk, "r-nobody")) == "receipt-unknown"


def test_what_a_card_would_have_brought(till):
    from till_kit import as_sale

    from agent.till.quote import quote

    given, _, _ = granted(quote(till.desk, as_sale(None)))
    assert would_earn(given.decision) == {"main": 64}
    given, _, _ = granted(quote(till.desk, as_sale(None, card=card(1))))
    assert would_earn(given.decision) == {}


@pytest.mark.parametrize(("lang", "name", "title"), [
    ("ru", "", "Копилка"), ("en", "", "Kopilka"), ("ru", "Лавка", "Лавка"), ("en", "Shop", "Shop"),
])  # fmt: skip
def test_the_shop_s_own_name_heads_the_receipt(tmp_path, lang, name, title):
    till = Till(tmp_path, lang=lang, store_name=name)
    assert title in till.text(granted(till.sell("S-1"))["receipt"])
    till.close()
