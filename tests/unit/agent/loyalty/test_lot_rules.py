"""First and last days of lots."""

import pytest

from agent.loyalty.lot_rules import add_days, check, first_day, last_day


@pytest.mark.parametrize(
    ("rule", "accrued", "last"),
    [
        ("365d", "2026-11-22", "2027-11-22"),
        ("365d", "2023-11-22", "2024-11-21"),
        ("0d", "2026-11-22", "2026-11-22"),
        ("end_of_month", "2026-11-22", "2026-11-30"),
        ("end_of_month+3", "2026-11-30", "2027-02-28"),
        ("end_of_month+3", "2027-11-01", "2028-02-29"),
        ("end_of_month+1", "2026-12-31", "2027-01-31"),
        ("end_of_month+12", "2026-01-31", "2027-01-31"),
        ("2027-01-31", "2026-11-22", "2027-01-31"),
        ("01-31", "2026-11-22", "2027-01-31"),
        ("01-31", "2027-01-31", "2027-01-31"),
        ("01-31", "2027-02-01", "2028-01-31"),
        ("02-29", "2026-11-22", "2027-02-28"),
        ("02-29", "2027-03-01", "2028-02-29"),
        ("never", "2026-11-22", None),
    ],
)
def test_last_day(rule, accrued, last):
    assert check(rule)
    assert last_day(rule, accrued) == last


@pytest.mark.parametrize(
    ("pending", "accrued", "first"),
    [
        ("14d", "2026-11-22", "2026-12-06"),
        ("0d", "2026-11-22", "2026-11-22"),
        ("", "2026-11-22", "2026-11-22"),
        ("1d", "2028-02-28", "2028-02-29"),
    ],
)
def test_first_day(pending, accrued, first):
    assert first_day(pending, accrued) == first


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "d",
        "-1d",
        "1.5d",
        "365",
        "99999d",
        "36501d",
        "end_of_month+",
        "end_of_month+1201",
        "13-01",
        "02-30",
        "2027-02-29",
        "20270131",
        "ever",
    ],
)
def test_unknown_rule_is_refused(rule):
    assert not check(rule)
    with pytest.raises(ValueError):
        last_day(rule, "2026-11-22")


@pytest.mark.parametrize("pending", ["never", "01-31", "36501d"])
def test_pending_is_days_only(pending):
    with pytest.raises(ValueError):
        first_day(pending, "2026-11-22")


def test_add_days_goes_both_ways():
    assert add_days("2026-12-31", 1) == "2027-01-01"
    assert add_days("2026-03-01", -1) == "2026-02-28"
