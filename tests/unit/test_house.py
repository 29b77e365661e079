"""The house rules, as tests: sizes, names, docstrings, the map of tests, and what must not stand in the tree."""

import ast
import functools
import importlib.metadata
import importlib.util
import pathlib
import re
import subprocess
from collections.abc import Iterable, Iterator

import pytest

TOP = pathlib.Path(__file__).parents[2]
PACKAGES = ("agent", "drivers", "sync")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_POSITIONAL = 4

ELSEWHERE: dict[str, str] = {
    "agent/cli/__init__.py": "tests/unit/agent/cli/test_cli.py",
    "agent/cli/__main__.py": "tests/system/test_daemon.py",
    "agent/cli/demo/__init__.py": "tests/system/test_demo.py",
    "agent/cli/demo/cut.py": "tests/system/test_kill.py",
    "agent/cli/demo/goods.py": "tests/system/test_demo.py",
    "agent/cli/demo/hands.py": "tests/system/test_demo.py",
    "agent/cli/demo/stage.py": "tests/system/test_kill.py",
    "agent/cli/demo/story.py": "tests/system/test_demo.py",
    "agent/cli/demo/till.py": "tests/system/test_kill.py",
    "agent/cli/enrol_till.py": "tests/system/test_enrolling.py",
    "agent/cli/local.py": "tests/system/test_daemon.py",
    "agent/cli/rotate_key.py": "tests/system/test_enrolling.py",
    "agent/cli/run.py": "tests/system/test_daemon.py",
    "agent/cli/sim.py": "tests/unit/agent/cli/test_cli.py",
    "agent/runtime/daemon.py": "tests/system/test_daemon.py",
    "agent/runtime/enrolling.py": "tests/system/test_enrolling.py",
    "sync/hub/cli/__init__.py": "tests/unit/sync/hub/cli/test_cli.py",
    "sync/hub/cli/__main__.py": "tests/unit/sync/hub/cli/test_run.py",
    "sync/hub/grounds.py": "tests/unit/sync/hub/test_parking.py",
    "sync/hub/days.py": "tests/unit/sync/hub/test_hub.py",
    "sync/hub/cli/audit.py": "tests/unit/sync/hub/cli/test_lease.py",
    "sync/hub/cli/backup.py": "tests/unit/sync/hub/cli/test_restore.py",
    "sync/hub/cli/epoch.py": "tests/unit/sync/hub/cli/test_restore.py",
    "sync/hub/cli/status.py": "tests/unit/sync/hub/cli/test_restore.py",
    "sync/hub/cli/member.py": "tests/unit/sync/hub/cli/test_load.py",
}
"""Modules whose tests stand under another name than tests/unit/<path>/test_<module>.py; the file named must exist."""

FORBIDDEN = re.compile(r"(?:^|_)(?:manager|helpers?|utils?|infos?)(?:_|$)|^process(?:_|$)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def modules() -> tuple[pathlib.Path, ...]:
    return tuple(sorted(path for package in PACKAGES for path in (TOP / package).rglob("*.py")))


@functools.cache
def checked_tests() -> tuple[pathlib.Path, ...]:
    return tuple(sorted((TOP / "tests").rglob("*.py")))


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: pathlib.Path) -> str:
    return str(path.relative_to(TOP))


def named_functions(path: pathlib.Path) -> Iterator[Function]:
    """Functions of the module and methods of its classes; what stands inside a function is nobody's to call by name."""
    left: list[ast.stmt] = list(tree(path).body)
    while left:
        node = left.pop()
        if isinstance(node, ast.ClassDef):
            left += node.body
        elif isinstance(node, Function):
            yield node


def none(found: Iterable[str]) -> None:
    """No offender; each is told on a line of its own."""
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def functions(path: pathlib.Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def test_no_file_is_too_long():
    lengths = {short(path): len(path.read_text().splitlines()) for path in (*modules(), *checked_tests(), TOP / "run")}
    none(f"{name}: {lines} lines" for name, lines in lengths.items() if lines > MAX_FILE_LINES)


def test_no_function_is_too_long():
    none(
        f"{short(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in (*modules(), *checked_tests(), TOP / "run")
        for node in functions(path)
        if node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    )


def positional(node: Function) -> int:
    names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_few_positional_parameters():
    none(
        f"{short(path)}:{node.lineno} {node.name}: {positional(node)}"
        for path in modules()
        for node in functions(path)
        if positional(node) > MAX_POSITIONAL
    )


def has_code(path: pathlib.Path) -> bool:
    """A module with functions of its own; shapes, tables, protocols and re-exports need no tests of their own."""
    if path.name == "__main__.py":
        return False
    protocols = {
        id(method)
        for cls in ast.walk(tree(path))
        if isinstance(cls, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in cls.bases)
        for method in ast.walk(cls)
    }
    return any(id(node) not in protocols for node in functions(path))


def expected_tests(path: pathlib.Path) -> list[pathlib.Path]:
    inner = path.relative_to(TOP)
    folder = TOP / "tests" / "unit" / inner.parent
    if path.name == "__init__.py":
        return [folder / f"test_{inner.parent.name}.py", folder.parent / f"test_{inner.parent.name}.py"]
    return [folder / f"test_{path.stem}.py"]


def test_every_module_has_its_tests():
    none(
        short(path)
        for path in modules()
        if has_code(path) and short(path) not in ELSEWHERE and not any(map(pathlib.Path.exists, expected_tests(path)))
    )


def test_every_unit_test_has_its_module():
    """A test left behind by a module that moved away tests nothing anybody looks for; what is about the whole stands on top."""
    wanted = {test for path in modules() for test in expected_tests(path)} | {TOP / test for test in ELSEWHERE.values()}
    found = [
        path
        for path in checked_tests()
        if path.is_relative_to(TOP / "tests" / "unit") and path.name.startswith("test_")
    ]
    none(short(path) for path in found if path not in wanted and path.parent != TOP / "tests" / "unit")


def test_tests_named_elsewhere_exist():
    none(test for test in ELSEWHERE.values() if not (TOP / test).exists())


def test_tests_are_no_package():
    """python-barcode drops a package `tests` beside ours; with no __init__.py here the two never meet."""
    none(short(path) for path in (TOP / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("name", PACKAGES)
def test_nobody_else_provides_our_import_names(name):
    others = set(importlib.metadata.packages_distributions().get(name, ())) - {"kopilka"}
    assert others == set()
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert pathlib.Path(spec.origin).parent == TOP / name


def test_modules_and_public_classes_say_what_they_are():
    silent = [short(path) for path in modules() if tree(path).body and not ast.get_docstring(tree(path))]
    for path in modules():
        for node in tree(path).body:
            is_public = isinstance(node, ast.ClassDef) and not node.name.startswith("_")
            silent += [f"{short(path)}:{node.lineno} {node.name}"] if is_public and not ast.get_docstring(node) else []
    none(silent)


@functools.cache
def families() -> dict[str, set[str]]:
    """Every class of the KopilkaError family by name, with the names of its ancestors and its own."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }

    def line(name: str) -> set[str]:
        return {name}.union(*(line(base) for base in bases.get(name, ()) if base != name))

    return {name: line(name) for name in bases if "KopilkaError" in line(name)}


def raised(node: Function) -> set[str]:
    """Families a function raises itself; what a function inside it raises is that one's."""
    found: set[str] = set()
    left: list[ast.AST] = list(node.body)
    while left:
        inner = left.pop()
        if isinstance(inner, Function | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(inner, ast.Raise) and inner.exc is not None:
            made = inner.exc.func if isinstance(inner.exc, ast.Call) else inner.exc
            found.add(ast.unparse(made).rpartition(".")[2])
        left += ast.iter_child_nodes(inner)
    return found & set(families())


def test_functions_name_the_faults_they_raise():
    assert "StorageFull" in families()
    silent = []
    for path in modules():
        for node in named_functions(path):
            doc = ast.get_docstring(node) or ""
            lacking = {name for name in raised(node) if not any(word in doc for word in families()[name])}
            if lacking and not node.name.startswith("_"):
                silent.append(f"{short(path)}:{node.lineno} {node.name}: {', '.join(sorted(lacking))}")
    none(silent)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_names_say_what_things_are():
    named = [(short(path), path.stem) for path in modules()]
    for path in modules():
        named += [
            (f"{short(path)}:{node.lineno}", node.name)
            for node in ast.walk(tree(path))
            if isinstance(node, (*Function.__args__, ast.ClassDef))
        ]
    none(f"{where} {name}" for where, name in named if FORBIDDEN.search(snake(name)))


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("SpoolManager", True),
        ("helper", True),
        ("process", True),
        ("process_rows", True),
        ("information", False),
        ("in_process", False),
    ],
)
def test_forbidden_names_are_recognised(name, bad):
    assert bool(FORBIDDEN.search(snake(name))) is bad


@functools.cache
def tracked() -> tuple[tuple[str, str], ...]:
    """Every file of the project that is text, by name; what git tracks, or all there is where git is not."""
    done = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], capture_output=True, text=True, check=False)
    names = [name for name in done.stdout.split("\0") if name]
    found = []
    for name in names:
        path = TOP / name
        if path.is_file() and b"\0" not in path.read_bytes()[:4096]:
            found.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return tuple(found)


# Written in pieces, so that this file does not hold what it looks for.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.",
    "crates" + ".io",
    "proxy.gol" + "ang.org",
    "ruby" + "gems.org",
]
PLACES = [r"(?<![\w.])/" + folder + r"/\w" for folder in ("wo" + "rk", "ro" + "ot", "ho" + "me/\\w+")]
LEFT_OVERS = [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b"]
DODGES = [r"pytest\.sk" + r"ip\b", r"pytest\.xf" + r"ail\b", r"mark\.xf" + r"ail\b", r"mark\.sk" + r"ip"]


def hits(patterns: list[str], *, only: str = "") -> list[str]:
    joined = re.compile("|".join(patterns))
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"
        for name, text in tracked()
        if name.startswith(only)
        for found in joined.finditer(text)
    ]


def test_the_tree_is_looked_at():
    assert len(tracked()) > 50


def test_no_registry_is_named():
    none(hits([re.escape(host) for host in HOSTS]))


def test_no_place_of_one_machine_is_named():
    none(hits(PLACES))


def test_nothing_is_left_for_later():
    none(hits(LEFT_OVERS))


def test_no_test_gets_out_of_its_duty():
    none(hits(DODGES, only="tests/"))
