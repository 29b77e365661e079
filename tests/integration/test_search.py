"""The bounded search in small, and that it finds what is planted: `./run search` goes deeper."""

import pytest
from simulation import search
from simulation.bugs import BUGS, planted
from simulation.remembered import AT_HUB, OWN, State, searching


@pytest.mark.parametrize(("menu", "depth"), [("lend", 5), ("restore", 5), ("incarnation", 5), ("all", 5)])
def test_no_rule_is_broken(menu, depth):
    told = search.of_menu(menu, depth)
    assert told.violation == ""
    assert told.depth == depth - search.MENUS[menu].less
    assert told.states > 10
    assert told.settled > 3
    assert told.carried > 100


def test_every_action_happens_somewhere():
    """An action that is never possible proves nothing."""
    with searching(OWN) as parts:
        made = search.Search(parts, depth=3, at_hub=AT_HUB, settle=0)
        made.run()
        assert {action for action in (*OWN, *AT_HUB) if not parts.led[action]} <= {"release T2", "waive T2"}


def test_the_reduction_leaves_no_state_out():
    """Against the plain search of every order, to a depth it can reach: the same states, but for those only own actions follow."""
    own, at_hub, depth = ("want", "spend", "close"), ("release T1",), 4
    with searching(own) as parts:
        reduced = search.Search(parts, depth=depth, at_hub=at_hub, settle=0)
        reduced.run()
        tails = {
            state._replace(tills=(one, two))
            for state, left in reduced.rooms()
            for one, cost in reduced.tails(0, state.tills[0], left)
            for two, _ in reduced.tails(1, state.tills[1], left - cost)
        }
        plain = plainly(parts, at_hub, depth)
    assert len(plain) > 50
    assert plain <= tails


def plainly(parts, at_hub, depth):
    """Every state that any order of single actions reaches; the tills are alike, so T1 is the first to push."""
    edge, met = {parts.first}, {parts.first}
    for _ in range(depth):
        edge = {after for state in edge for after in single(parts, state, at_hub)} - met
        met |= edge
    return met


def single(parts, state, at_hub):
    for action in at_hub:
        if (hub := parts.at_hub(action, state.hub)) is not None:
            yield state._replace(hub=hub)
    for at in range(2):
        for _, to in parts.own(at, state.tills[at]):
            yield state._replace(tills=(to, state.tills[1]) if at == 0 else (state.tills[0], to))
        if at and state.hub == parts.first.hub:
            continue
        till, hub = parts.push(at, state.tills[at], state.hub)
        for number in (till, state.tills[at]):
            yield State(hub, (number, state.tills[1]) if at == 0 else (state.tills[0], number))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name):
    with planted(name) as bug, pytest.raises(search.Found) as found:
        search.search(search.BUG_DEPTH, bug.own, bug.at_hub, settle=search.BUG_DEPTH)
    assert 0 < len(found.value.trace) <= search.BUG_DEPTH
