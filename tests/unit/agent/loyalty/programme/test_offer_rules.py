"""Rules between offers."""

from __future__ import annotations

from programmes import HEAD, POINTS, faults, offer

from agent.loyalty.programme.reader import read_programme


def alone(count: int, when: str, kind: str = "o") -> str:
    return "".join(
        offer(f"{kind}{n}", "line", "amount = 1", when=when.format(n=n), more="alone = true") for n in range(count)
    )


def test_at_most_eight_alone_offers_can_meet_on_a_line() -> None:
    assert faults(alone(8, 'lines = "group:g{n}"')) == []
    (told,) = faults(alone(9, 'lines = "group:g{n}"'))
    assert told == "offer[8].alone: 9 offers that stand alone can meet on one line"


def test_skus_and_brands_keep_alone_offers_apart() -> None:
    assert faults(alone(40, 'lines = "s{n}"') + alone(40, 'lines = {{ any = "brand:b{n}" }}', "b")) == []
    assert len(faults(alone(8, 'lines = "s1"') + alone(1, "total = 1", "t"))) == 1


def test_groups_are_of_one_phase_and_kind() -> None:
    earn_and_multiply = offer("a", "accrual", 'earn = "1%"', more='group = "g"') + offer(
        "b", "accrual", "multiply = 2", more='group = "g"'
    )
    assert faults(POINTS + earn_and_multiply) == ["offer[1].group: the group 'g' has offers of another phase or kind"]


def test_what_is_left_in_a_condition_is_warned_of() -> None:
    reading = read_programme(
        HEAD + offer("o", "line", "amount = 1", when='total = { from = 5, of = "left" }'), "p.toml"
    )
    assert [warning.key for warning in reading.warnings] == ["offer[0].when.total"]
