"""members.csv: every spelling people use, and every fault with its line."""

import io

import pytest

from sync.hub.roster import BadRow, Row, read_rows


def rows(text):
    return list(read_rows(io.StringIO(text, newline="")))


def one(header, cells):
    return rows(f"{header}\n{cells}\n")[0]


def test_a_whole_row():
    text = "\ufeffcard;phone;name;tier;birthday;points;expires\n29-90 1;8 (916) 123-45-67;Анна;gold;17.05.1990;340;31.12.2026\n"
    assert rows(text) == [Row(2, "29901", "+79161234567", "Анна", "gold", "05-17", 340, "2026-12-31")]


def test_a_file_that_breaks_off_is_told_with_the_line_where_the_broken_row_begins():
    found = rows('card,name\n1,A\n2,"B\n3,C\n')
    assert [row.line for row in found] == [2, 3]
    assert found[1].column == "row"
    assert rows('card,name\n2,"B\n')[0].line == 2


def test_any_order_of_columns_and_empty_cells():
    assert one("Points, CARD ,name", ",c1,") == Row(2, "C1", None, "", None, None, 0, None)
    assert one("phone", "+7 916 1234567").phone == "+79161234567"


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [
        ("card,points", "1,x", "points"),
        ("card,points", "1,-5", "points"),
        ("card,points", "1,1.5", "points"),
        ("card,points", "1,٣", "points"),
        ("card,birthday", "1,٢٩.٠٢", "birthday"),
        ("card,expires", "1,٢٠٢٧-٠١-٠١", "expires"),
        ("card,points", "1,9999999999999", "points"),
        ("card,points", "1", "row"),
        ("card,points", "1,2,3", "row"),
        ("card,points", ",2", "card"),
        ("card,points", "- -,2", "card"),
        ("card", "x" * 81, "card"),
        ("card", "a\x07b", "card"),
        ("phone", "call me", "phone"),
        ("card,name", "1," + "x" * 201, "name"),
        ("card,name", "1,a\x1bb", "name"),
        ("card,tier", "1,very golden", "tier"),
        ("card,birthday", "1,30.02", "birthday"),
        ("card,birthday", "1,May", "birthday"),
        ("card,expires", "1,2026-02-29", "expires"),
        ("card,expires", "1,12/31/2026", "expires"),
    ],
)
def test_faults(header, cells, column):
    found = one(header, cells)
    assert isinstance(found, BadRow)
    assert (found.line, found.column) == (2, column)
    assert str(found).startswith(f"2: {column}: ")


@pytest.mark.parametrize("header", ["", "name,points", "card,card", "card,unknown", "\x00"])
def test_headers_that_cannot_be(header):
    assert [type(row) for row in rows(f"{header}\n1,2\n")] == [BadRow]


def test_leap_birthdays_count():
    assert one("card,birthday", "1,29.02.2001").birthday == "02-29"


def test_a_card_or_phone_twice():
    found = rows("card,phone\n1,89161234567\n 1 ,\n2,+79161234567\n3,\n")
    assert [getattr(row, "column", "") for row in found] == ["", "card", "phone", ""]


def test_lines_are_counted_over_quoted_line_ends():
    found = rows('card,name\n1,"a\nb"\n2,x,y\n')
    assert [(row.line, row.column) for row in found] == [(3, "name"), (4, "row")]


def test_broken_quotes_end_the_reading():
    assert [row.line for row in rows('card\n"1\n2\n')] == [2]


def test_other_encodings_are_named(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes("card,name\n1,Анна\n".encode("cp1251"))
    with path.open(encoding="utf-8", newline="") as file:
        assert "cp1251" in str(list(read_rows(file))[-1])


def test_a_line_without_end_is_no_row_and_is_not_read_whole():
    class Endless(io.StringIO):
        """A file of one line; `readline` without a limit would never return."""

        def readline(self, size=-1):
            assert 0 < size < 100_000
            return "x" * size

    assert [(row.line, row.column) for row in read_rows(Endless())] == [(1, "row")]
    found = rows("card\n2\n" + "x" * 30_000 + "\n3\n")
    assert [(row.line, getattr(row, "column", "")) for row in found] == [(2, ""), (3, "row")]
