"""A till joins a hub with many members: the real services over real HTTP, the line cut in the middle, the till sold at meanwhile."""

import io
import time

import pytest
from fill_kit import small_pieces
from joined_till import settings
from till_kit import card

from agent.cli.demo.cut import CutLine
from agent.loyalty import ids
from agent.loyalty.sale import Line, Sale
from agent.runtime.daemon import Daemon
from agent.runtime.enrolling import enrol
from agent.runtime.settings import ApiSettings
from agent.sqlite import transaction
from agent.till.sell import sell
from sync.hub import filling, wiring
from sync.hub.enrolment import add_till
from sync.hub.importing import Ground, import_members
from sync.hub.settings import Listen, Settings

COUNT = 4000


@pytest.fixture
def hub(tmp_path, monkeypatch):
    small_pieces(monkeypatch)
    monkeypatch.setattr(filling, "FROM_MEMBERS", 1000)
    service = wiring.Service(Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0)))
    service.start()
    rows = "\n".join(f"{card(n)},Имя {n},{n}" for n in range(COUNT))
    ground = Ground(
        key=service.hub.keys.programme_key, currency="main", now_ms=wiring.clock(), day="2026-09-21", epoch=1
    )
    service._writer.call(import_members, service.hub.database, io.StringIO(f"card,name,points\n{rows}\n"), ground)
    service.jobs.run("fill")
    yield service
    assert service.stop()


def code_for(service, till):
    def step():
        with transaction(service.hub.database):
            return add_till(
                service.hub.database, till, store="s1", store_name="", now_ms=wiring.clock(), chance=wiring.chance
            )

    return service._writer.call(step)


def wait(what):
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def sale(name, number):
    line = Line(n=1, sku="a", price=10_000, amount=10_000)
    return Sale(id=name, lines=(line,), card=card(number))


def test_a_till_is_filled_over_a_line_that_is_cut(hub, tmp_path):
    line = CutLine(hub.address[1])
    given = settings(tmp_path, id="t1", lang="en")
    given = type(given)(till=given.till, api=ApiSettings(port=0))
    enrol(given, code_for(hub, "t1"), f"http://127.0.0.1:{line.port}")
    fills, asked = hub.hub.fills, []
    real = fills.piece

    def piece(sha256):
        asked.append(sha256)
        if len(asked) == 6:
            line.cut()
        return real(sha256)

    fills.piece = piece
    daemon = Daemon(given, version="0")
    daemon.start()
    try:
        call = daemon._world.writer.call
        wait(lambda: (daemon.syncing.filled() or {}).get("state") == "waiting")
        shown = call(daemon.status)["fill"]
        assert 0 < shown["bytes"] < shown["total_bytes"]
        # Who shops while the till knows nobody is met, and keeps what they earned when the file comes.
        assert call(sell, daemon.parts.desk, sale("s-1", 7))["earned"]
        line.join()
        store = daemon.parts.store
        wait(lambda: call(store.members.count) == COUNT and daemon.syncing.filled() is None)
        key = hub.hub.keys.programme_key
        for n in (0, 1, 7, COUNT - 1):
            found = call(store.members.find, ids.card_hmac(key, card(n)))
            assert call(store.members.get, found).name == f"Имя {n}"
        assert len(asked) == len(fills.current().pieces) + 1
        # The pull goes on from the file's place: the sale's own points come back as the hub's word.
        member = ids.member_id(key, card(7))
        wait(lambda: sum(lot.left for lot in call(store.members.get, member).lots) == 7 + 10)
        assert call(store.rights.own_lots, member) == []
    finally:
        daemon.stop()
        line.close()
    assert daemon.leftovers == 0
