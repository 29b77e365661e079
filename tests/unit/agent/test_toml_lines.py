import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.toml_lines import MAX_DEPTH, TooDeep, find_lines

DOCUMENT = '''# first line
title = "a # b"
text = """
[not.a.table]
key = 1 \\"""
""""
raw = \'\'\'
[[no]]
\'\'\'\'
dates = [1979-05-27 07:32:00Z, # comment ]
  2020-01-01,
]
inline = {a = 1, b.c = {d = [1, 2]}}
dotted.key."with.dot" = 3
'single quoted' = 4

[server]
port = 1
[server.deep."a b"]
x = 1
[[fruit]]
name = "apple"
  [fruit.physical]
  color = "red"
  [[fruit.variety]]
  name = "red delicious"
  [[fruit.variety]]
  name = "granny smith"
[[fruit]]
name = "banana"
  [[fruit.variety]]
  name = "plantain"
[ spaced . out ]
y = 2
[late.child]
[late]
z = 1
'''

WHERE = [
    ((), 1),
    (("title",), 2),
    (("text",), 3),
    (("raw",), 7),
    (("dates",), 10),
    (("dates", 0), 10),
    (("dates", 1), 11),
    (("inline", "a"), 13),
    (("inline", "b", "c", "d", 1), 13),
    (("dotted",), 14),
    (("dotted", "key", "with.dot"), 14),
    (("single quoted",), 15),
    (("server",), 17),
    (("server", "port"), 18),
    (("server", "nothing"), 17),
    (("server", "deep", "a b", "x"), 20),
    (("fruit",), 21),
    (("fruit", 0), 21),
    (("fruit", 0, "name"), 22),
    (("fruit", 0, "physical"), 23),
    (("fruit", 0, "physical", "color"), 24),
    (("fruit", 0, "variety", 0), 25),
    (("fruit", 0, "variety", 1), 27),
    (("fruit", 0, "variety", 1, "name"), 28),
    (("fruit", 1), 29),
    (("fruit", 1, "name"), 30),
    (("fruit", 1, "variety", 0, "name"), 32),
    (("spaced", "out", "y"), 34),
    (("late", "child"), 35),
    (("late",), 36),
    (("late", "z"), 37),
    (("nowhere", 3), 1),
]


@pytest.mark.parametrize(("path", "line"), WHERE)
def test_every_way_to_write_a_key_has_its_line(path, line):
    tomllib.loads(DOCUMENT)
    assert find_lines(DOCUMENT).of(path) == line


def test_windows_line_ends_count_once():
    assert find_lines(DOCUMENT.replace("\n", "\r\n")).of(("late", "z")) == 37


def test_lines_are_kept_up_to_what_is_no_toml():
    lines = find_lines("a = 1\nb = 2\n!!\nc = 3")
    assert (lines.of(("b",)), lines.of(("c",))) == (2, 1)


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 33, "x = " + "{a = " * 33, ".".join("a" * 33) + " = 1", "[" + ".".join("a" * 33)]
)
def test_depth_is_bounded(text):
    with pytest.raises(TooDeep) as caught:
        find_lines("\n" + text)
    assert caught.value.line == 2


def test_the_allowed_depth_is_read():
    text = ".".join("a" * MAX_DEPTH) + " = 1"
    assert find_lines(text).of(("a",) * MAX_DEPTH) == 1


words = st.text(alphabet="abc-_.\"'# =[]\u0436\\", min_size=1, max_size=5)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(word: str) -> str:
    bare = all(sign in "abc-_" for sign in word)
    return word if bare else quoted(word)


values = st.one_of(
    st.integers(-5, 5).map(str),
    words.map(quoted),
    words.map(lambda text: '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + '\n[x]\ny = 1\n"""'),
    st.just("[\n  1, # ]\n\n  [2],\n]"),
    st.just("{a = 1, 'b' = [{c = 2}]}"),
    st.just("1979-05-27 07:32:00"),
)


@st.composite
def documents(draw):
    """A document and the line of each key in it."""
    text, where = "", {}
    tables = draw(
        st.lists(
            st.tuples(words, st.booleans(), st.dictionaries(words, values, max_size=4)),
            max_size=5,
            unique_by=lambda t: t[0],
        )
    )
    for name, many, keys in tables:
        for index in range(draw(st.integers(1, 3)) if many else 1):
            text += draw(st.sampled_from(["", "\n", "# [c] = 1\n", "  "]))
            path = (name, index) if many else (name,)
            where[path] = text.count("\n") + 1
            text += f"[[{written(name)}]] # x\n" if many else f"[ {written(name)} ]\n"
            for key, value in keys.items():
                text += draw(st.sampled_from(["", "\n", "\t", "# a = 1\n"]))
                where[*path, key] = text.count("\n") + 1
                text += f"{written(key)} = {value}\n"
    return text, where


@settings(derandomize=True, max_examples=300)
@given(documents())
def test_lines_are_right_on_documents_of_every_kind(made):
    text, where = made
    tomllib.loads(text)
    lines = find_lines(text)
    assert {path: lines.of(path) for path in where} == where


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=80) | st.text(alphabet="a.=[]{}\"'\n#,1 ", max_size=80))
def test_any_text_is_walked(text):
    """The walk ends, and what tomllib reads has a line for every key."""
    lines = find_lines(text)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    rows = text.replace("\r\n", "\n").split("\n")
    for key in data:
        assert 1 <= lines.of((key,)) <= len(rows)
        assert (key,) in lines._where
