"""Published programmes, the newest first."""

import msgspec

from sync.hub.store import programmes
from sync.hub.store.programmes import Published

FIRST = Published(1, "p", 3, "h", "Asia/Omsk", "text", "sig", 5)


def test_the_newest_counts(database):
    assert (programmes.newest(database), programmes.zone(database), programmes.serial(database)) == (None, None, 0)
    second = msgspec.structs.replace(FIRST, serial=2, version=4, timezone="UTC")
    programmes.publish(database, FIRST)
    programmes.publish(database, second)
    assert (programmes.newest(database), programmes.zone(database), programmes.serial(database)) == (second, "UTC", 2)
    assert programmes.listed(database) == [second, FIRST]
