"""Restoring a backup: whole, this till's own, and no fact lost unsaid."""

import msgspec
import pytest
from till_kit import Till, card, granted, line

from agent.errors import Conflict, NotFound, Unprocessable
from agent.runtime.backups import make_backup
from agent.runtime.restoring import restore
from sync.wire import BootBody, SaleBody


@pytest.fixture
def kit(tmp_path):
    """A till with a sale, a backup of it, and a later sale."""
    till = Till(tmp_path)
    granted(till.sell("S-1", [line(price=10_000)], card=card(1)))
    path = make_backup(till.settings, till.store, now_ms=till.clock.now_ms())
    granted(till.sell("S-2", [line(price=10_000)], card=card(1)))
    till.close()
    yield till, path
    till._open()
    till.check()
    till.close()


def sales(till):
    till._open()
    found = [body.sale.id for body in till.bodies(SaleBody)]
    till.close()
    return found


def test_sales_nobody_else_has_are_not_lost_unsaid(kit):
    till, path = kit
    with pytest.raises(Conflict) as told:
        restore(till.settings, path)
    assert (told.value.code, told.value.fields["count"]) == ("restore-loses", 1)
    assert sales(till) == ["S-1", "S-2"]


def test_forced_it_is_put_in_place_and_begins_anew(kit):
    till, path = kit
    made = restore(till.settings, path, force=True)
    assert (made.lost, made.inc) == (1, 1)
    assert sales(till) == ["S-1"]
    till._open()
    assert [body.reason for body in till.bodies(BootBody)] == ["new", "restored"]
    till.close()
    # The former one is all there.
    assert [made.aside] == [path for path in [made.aside] if b"S-2" in open_bytes(path)]


def open_bytes(path):
    import pathlib

    return pathlib.Path(path).read_bytes()


def test_what_the_hub_has_may_go(kit):
    till, path = kit
    till._open()
    tail = till.store.journal.tail
    with till.store.transaction():
        till.store.meta.put("acked", str((tail.inc << 40) + tail.seq))
    till.close()
    assert restore(till.settings, path).lost == 0


def test_what_is_no_backup_of_this_till(kit, tmp_path):
    till, path = kit
    with pytest.raises(NotFound):
        restore(till.settings, path + ".none")
    settings = msgspec.structs.replace(till.settings, till=msgspec.structs.replace(till.settings.till, id="T9"))
    with pytest.raises(Unprocessable) as told:
        restore(settings, path)
    assert told.value.code == "backup-other-till"


def test_a_running_till_is_not_touched(kit):
    from agent.runtime.alone import alone

    till, path = kit
    release = alone(till.settings.till.data)
    with pytest.raises(Conflict) as told:
        restore(till.settings, path)
    assert told.value.code == "till-running"
    release()
