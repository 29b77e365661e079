"""Pages of changes with states in them that no decoder takes."""

import msgspec
import pytest

from sync.page import Told, read_answer, read_changes, read_state
from sync.wire import Changes, MemberState, PushAnswer

GOOD = MemberState(member="m", rev=3)
PAGE = Changes(cursor="1:3:0:0", members=(GOOD,), revokes=("L",), at=5)
ANSWER = PushAnswer(wm=1, durable=0, hash="0" * 64, epoch=1, at=5, changes=PAGE)


def page(*states, **more):
    said = msgspec.to_builtins(PAGE) | {"members": [msgspec.to_builtins(GOOD), *states]} | more
    return msgspec.json.encode(said)


def test_a_good_page_is_itself():
    assert read_changes(msgspec.json.encode(PAGE)) == PAGE
    assert read_answer(msgspec.json.encode(ANSWER)) == ANSWER
    assert read_changes(b'{"cursor":"c","spoilt":[1]}') == Changes(cursor="c")


@pytest.mark.parametrize(
    ("state", "name"),
    [({"member": "n", "rev": "x"}, "n"), ({"member": "n" * 99}, "n" * 80), ({"member": 7}, ""), ([1], ""), (None, "")],
)
def test_one_that_does_not_decode_is_put_aside(state, name):
    read = read_changes(page(state))
    assert isinstance(read, Told)
    assert (read.cursor, read.members, read.revokes, read.at) == ("1:3:0:0", (GOOD,), ("L",), 5)
    (one,) = read.spoilt
    assert (one.member, one.reason[:11]) == (name, "undecodable")
    assert msgspec.json.decode(one.state) == state


def test_in_the_answer_to_a_push_too():
    said = msgspec.to_builtins(ANSWER) | {"changes": msgspec.json.decode(page({"member": "n"}))}
    read = read_answer(msgspec.json.encode(said))
    assert (read.wm, read.at, read.changes.members) == (1, 5, (GOOD,))
    assert [one.member for one in read.changes.spoilt] == ["n"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        page(cursor=5),
        page({"member": "n"}, revokes=[1]),
        page({"member": "n"}, members={}),
        b'{"cursor":"c","members":[' + b"[" * 100_000,
        b'{"cursor":"c","members":"' + b"x" * 100,
        b"\xff",
    ],
)
def test_what_is_no_page_is_refused_whole(body):
    for read in (read_changes, read_answer):
        with pytest.raises((ValueError, RecursionError)):
            read(body)


def test_what_is_kept_of_a_state_has_an_end():
    (one,) = read_changes(page({"member": "n", "name": [0] * 100_000})).spoilt
    assert len(one.state) == 64 * 1024


def test_a_state_by_itself():
    assert read_state(b'{"member":"m","rev":3}') == GOOD
    with pytest.raises(ValueError):
        read_state(b"{}")
