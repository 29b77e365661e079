import io
import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import log


@pytest.fixture
def out():
    stream = io.StringIO()
    stop = log.start(stream, level="DEBUG")
    yield stream
    stop()


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_event_and_its_fields(out):
    logging.getLogger("drivers.printer.spool").warning("printer-waiting", extra={"device": "p1", "queued": 3})
    [line] = lines(out)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "where": "drivers.printer.spool",
        "event": "printer-waiting",
        "device": "p1",
        "queued": 3,
    }


def test_members_and_secrets_do_not_reach_the_log(out):
    logging.getLogger("agent.till").info(
        "scan 4276550012345678 from +7 916 123-45-67",
        extra={
            "card": "2811111111114",
            "api_token": "hunter2",
            "body": {"name": "Анна", "phone": "hunter2", "lines": [{"sku": "1", "member_name": "Анна"}]},
            "note": "карта 2811111111114 или 4276 5500 1234 5678",
            "blob": b"hunter2",
            "sale": "S014-T03-20261122-000812",
        },
    )
    text = out.getvalue()
    for word in ("hunter2", "2811111111114", "4276550012345678", "5678", "Анна", "916"):
        assert word not in text
    assert lines(out)[0]["sale"] == "S014-T03-20261122-000812"
    assert lines(out)[0]["body"]["lines"] == [{"sku": "1", "member_name": "***"}]


def test_an_exception_is_one_line_with_its_trace(out):
    try:
        raise OSError("no 2811111111114")
    except OSError:
        logging.getLogger("sync.client").exception("push-failed")
    [line] = lines(out)
    assert line["error"] == "OSError('no ***')"
    assert "test_log.py" in line["trace"]
    assert "2811111111114" not in out.getvalue()


def test_repeats_are_counted_not_told():
    repeats = log.Repeats()

    def record(at: float, msg: str = "absent", device: str = "s1") -> logging.LogRecord:
        made = logging.LogRecord("drivers", logging.INFO, "", 0, msg, None, None)
        made.created, made.device = at, device
        return made

    assert [repeats.filter(record(at)) for at in range(10)] == [True] * 3 + [False] * 7
    assert repeats.filter(record(5, device="s2"))
    assert repeats.filter(record(6, "back"))
    later = record(log.WINDOW_S + 1)
    assert repeats.filter(later)
    assert later.held_back == 7
    after_the_clock_was_set_back = record(2)
    assert repeats.filter(after_the_clock_was_set_back)


def test_the_table_of_repeats_is_bounded():
    repeats = log.Repeats()
    for number in range(log.MAX_KEYS * 2):
        repeats.filter(logging.LogRecord("agent", logging.INFO, "", 0, f"event-{number}", None, None))
    assert len(repeats._seen) == log.MAX_KEYS


def test_the_root_logger_is_left_alone():
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    stop = log.start(io.StringIO())
    assert (list(root.handlers), root.level) == before
    assert not logging.getLogger("agent").propagate
    stop()
    assert logging.getLogger("agent").propagate
    assert logging.getLogger("agent").handlers == []


def test_journald_gets_its_priority():
    stream = io.StringIO()
    stop = log.start(stream, journal=True)
    logging.getLogger("agent").error("disk")
    stop()
    assert stream.getvalue().startswith('<3>{"at"')


text = st.text(st.characters(codec=None), max_size=20)
values = st.recursive(
    st.none() | st.integers() | st.floats() | text | st.binary(max_size=9) | st.builds(object),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=200)
@given(values)
def test_any_field_is_logged_on_one_line(value):
    stream = io.StringIO()
    stop = log.start(stream)
    logging.getLogger("agent").info("odd", extra={"field": value, "number": 2**70})
    stop()
    assert len(stream.getvalue().splitlines()) == 1
    json.loads(stream.getvalue())
