"""A till that sells while its disk fills up: what gives way when. Run as a program in a folder of a small disk.

`python tight_disk_day.py FOLDER [QUOTA]`: with QUOTA bytes, the sum of the folder's files stands in for the disk. Prints JSON.
"""

from __future__ import annotations

import json
import os
import sys

from full_disk_day import sell, whole
from store_kit import boot

from agent.runtime.backups import drop_but_newest, kept_backups
from agent.runtime.reserve import Reserve
from agent.store.members import drop_received, received
from agent.store.till_store import TillStore

MB = 1024 * 1024


class Quota(Reserve):
    """A disk of so many bytes, which this folder alone fills."""

    quota = 0
    folder = ""

    def free(self) -> int:
        used = sum(
            os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(self.folder) for name in names
        )
        return max(0, self.quota - used)


def fill(path: str, size: int) -> None:
    with open(path, "wb") as file:
        file.write(b"x" * size)


def day(folder: str, quota: int | None) -> dict[str, object]:
    path, backups = os.path.join(folder, "till.sqlite3"), os.path.join(folder, "backup")
    os.makedirs(backups)
    made = Quota if quota else Reserve
    drops = (lambda: drop_but_newest(backups), lambda: drop_received(path))
    reserve = made(folder, drops, size=3 * MB, floor=MB)
    if isinstance(reserve, Quota):
        reserve.quota, reserve.folder = quota or 0, folder
    store = TillStore(path, till="T1")
    store.before = reserve.check
    boot(store)
    reserve.tidy()
    for n in range(3):
        fill(os.path.join(backups, f"till-20261122T0{n}0000Z.sqlite3"), 2 * MB)
    fill(received(path)[0], 2 * MB)
    seen: dict[str, object] = {"held": reserve.held, "room": reserve.room(MB), "no_room": reserve.room(100 * MB)}
    gone: dict[str, int] = {}
    for n in range(1, 100_000):
        if quota and reserve.free() < 300_000:
            store.database.execute_sql("PRAGMA max_page_count = 1")
        if not sell(store, 1):
            gone["refused"] = n
            break
        if len(kept_backups(backups)) == 1:
            gone.setdefault("backups", n)
        if not os.path.exists(received(path)[0]):
            gone.setdefault("caches", n)
        if not reserve.held:
            gone.setdefault("reserve", n)
    seen["order"] = sorted(gone, key=lambda name: gone[name])
    seen["sold_without_reserve"] = gone["refused"] - gone["reserve"]
    seen["whole"] = whole(store)
    if quota:
        store.database.execute_sql("PRAGMA max_page_count = 100000")
    for name in kept_backups(backups):
        os.unlink(os.path.join(backups, name))
    seen["after"] = sell(store, 5)
    store.close()
    # Somebody makes room, as a shop does at last.
    for name in (path, f"{path}-wal"):
        if os.path.exists(name):
            os.truncate(name, 0)
    reserve.tidy()
    seen["held_again"] = reserve.held
    return seen


if __name__ == "__main__":
    print(json.dumps(day(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)))
