"""How the till stands: devices, the line, the queue."""

from joined_till import joined

from agent.runtime.state import OFFLINE_AFTER_MS, Board, Line, queue, status
from drivers.shapes import DeviceState


def test_the_line_is_up_only_while_it_answers():
    line = Line(configured=True)
    assert not line.online(0)
    line.answered_ms = 1000
    assert line.online(1000 + OFFLINE_AFTER_MS - 1)
    assert not line.online(1000 + OFFLINE_AFTER_MS)
    line.failing = True
    assert not line.online(1001)
    assert not Line(configured=False, answered_ms=1).online(2)


def test_a_device_says_something_new_only_once():
    board = Board()
    state = DeviceState("counter", "scanner", "absent", "gone")
    assert board.put(state)
    assert not board.put(state)
    assert board.put(DeviceState("counter", "scanner", "ready"))
    assert [row.state for row in board.all()] == ["ready"]


def test_the_queue_counts_what_the_hub_did_not_confirm(tmp_path):
    parts = joined(tmp_path)
    assert queue(parts.desk)["unsent"] == 1
    with parts.store.transaction():
        parts.store.meta.put("acked", str((1 << 40) + 1))
    assert queue(parts.desk)["unsent"] == 0
    parts.store.close()


def test_one_screen(tmp_path):
    parts = joined(tmp_path)
    programme = parts.desk.programme(0)
    board = Board()
    found = status(parts.desk, board, Line(), started_ms=0, version="1", programme=programme)
    assert found["state"] == "READY"
    board.put(DeviceState("p", "printer", "waiting", "paper_out"))
    found = status(parts.desk, board, Line(), started_ms=0, version="1", programme=programme)
    assert found["state"] == "DEGRADED"
    assert found["devices"][0]["cause"] == "paper_out"
    parts.store.close()


def test_a_hub_that_will_not_have_this_till_is_not_ready(tmp_path):
    parts = joined(tmp_path)
    line = Line(configured=True, failing=True, cause="till-revoked", refused=True)
    found = status(parts.desk, Board(), line, started_ms=0, version="1", programme=parts.desk.programme(0))
    assert (found["state"], found["line"]["cause"]) == ("DEGRADED", "till-revoked")
    # A line that is merely down is a calm matter: sales go on.
    line.refused = False
    found = status(parts.desk, Board(), line, started_ms=0, version="1", programme=parts.desk.programme(0))
    assert found["state"] == "READY"
    parts.store.close()
