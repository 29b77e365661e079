"""The bounded search in small, and that it finds what is planted: `./run search` goes deeper."""

import pytest
from simulation import search
from simulation.bugs import BUGS, planted
from simulation.parts import NAMES
from simulation.remembered import AT_HUB, OWN, State, searching

WALKED = 100


@pytest.mark.parametrize(("menu", "depth"), [("together", 4), ("incarnation", 4), ("all", 5)])
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


@pytest.mark.parametrize(
    ("own", "at_hub", "depth"),
    [(("want", "spend", "close"), ("release T1",), 4), (search.MENUS["together"].own, AT_HUB, 4)],
)
def test_the_reduction_leaves_no_state_out(own, at_hub, depth):
    """Against the plain search of every order, to a depth it can reach: the same states, but for those only own actions follow."""
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


def test_what_is_remembered_is_what_happens():
    """Ways of the search walked again, each step by the real code from the very state the last one left: they end where it says.

    So a state that was met before, by another way, has forgotten nothing that a later step reads.
    """
    menu = search.MENUS["together"]
    with searching(menu.own) as parts:
        made = search.Search(parts, depth=5, at_hub=menu.at_hub, settle=0)
        made.run()
        ways = [(made.trace(state), state) for state in [*made.came][:: len(made.came) // WALKED]]
        parts.walk_apart()
        for steps, state in ways:
            walked = parts.first
            for step in steps:
                walked = walk(parts, walked, step)
            assert parts.alike(walked, state), steps


def walk(parts, state, step):
    """One step as the search tells it: "hub: merge", "T1: want spend push (answer lost)"."""
    who, _, what = step.partition(": ")
    if who == "hub":
        return state._replace(hub=parts.at_hub(what, state.hub))
    at, number = NAMES.index(who), state.tills[NAMES.index(who)]
    for action in what.removesuffix(" (answer lost)").split()[:-1]:
        number = dict(parts.own(at, number))[action]
    till, hub = parts.push(at, number, state.hub)
    number = number if what.endswith("(answer lost)") else till
    return State(hub, (number, state.tills[1]) if at == 0 else (state.tills[0], number))


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
        if at and not state.hub.heard:
            continue
        till, hub = parts.push(at, state.tills[at], state.hub)
        for number in (till, state.tills[at]):
            yield State(hub, (number, state.tills[1]) if at == 0 else (state.tills[0], number))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name):
    with planted(name) as bug, pytest.raises(search.Found) as found:
        search.search(bug.depth, bug.own, bug.at_hub, settle=bug.depth)
    assert 0 < len(found.value.trace) <= bug.depth
