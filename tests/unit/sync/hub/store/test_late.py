"""What late spends took, out of the table and back."""

from sync.hub.book import Taken
from sync.hub.store import late

PAID, LOST = Taken("m2", "a", 5), Taken("m2", None, 3)


def test_what_is_written_is_read_by_member_and_sale(database):
    late.save(database, [("m1", {}, {("s1", "u"): (PAID, LOST), ("s2", "u"): (LOST,)}), ("m3", {}, {("s1", "u"): ()})])
    assert late.of(database, ["m1", "m2"], ["s1", "s9"]) == {"m1": {("s1", "u"): (PAID, LOST)}}
    assert late.of(database, ["m1", "m3"], ["s1"])["m3"] == {("s1", "u"): ()}
    assert late.of(database, [], ["s1"]) == late.of(database, ["m1"], []) == {}
    assert sorted(late.sales(database, "m1")) == ["s1", "s2"]


def test_only_differences_are_written(database):
    before = {("s1", "u"): (PAID, LOST), ("s2", "u"): (LOST,)}
    late.save(database, [("m1", {}, before)])
    late.save(database, [("m1", before, {("s1", "u"): (PAID,)})])
    assert late.of(database, ["m1"], ["s1", "s2"]) == {"m1": {("s1", "u"): (PAID,)}}
