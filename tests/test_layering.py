"""Who may import whom: collab is pure, rooms and storage do not know each other, api wires."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("collab", "rooms", "storage", "api")
MAY_IMPORT = {
    "collab": {"collab"},
    "rooms": {"rooms", "collab"},
    "storage": {"storage", "collab"},
    "api": {"api", "rooms", "storage", "collab"},
}
# What makes a function depend on more than its arguments.
IMPURE = {
    "asyncio", "concurrent", "datetime.now", "io", "logging", "os", "pathlib", "random", "secrets",
    "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "uuid",
}  # fmt: skip
STORE_LIBRARIES = {"aiosqlite", "alembic", "asyncpg", "sqlalchemy", "sqlite3"}


def files(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted module, line) of every import, also those inside functions and TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module is not None
            yield node.module, node.lineno


def offences(package: str, is_allowed: object) -> list[str]:
    assert callable(is_allowed)
    return [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files(package)
        for module, line in imports(path)
        if not is_allowed(path, module.partition(".")[0])
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_lies_below_them(package: str) -> None:
    assert files(package), "there is something to look at"
    others = set(PACKAGES) - MAY_IMPORT[package]
    assert offences(package, lambda path, top: top not in others) == []


def test_collab_imports_only_the_standard_library_and_the_engine() -> None:
    known = set(sys.stdlib_module_names) | {"collab", "pycrdt"}
    assert offences("collab", lambda path, top: top in known) == []


def test_collab_reads_no_clock_no_file_and_no_chance() -> None:
    assert offences("collab", lambda path, top: top not in IMPURE) == []


def test_collab_asks_nobody_what_time_it_is() -> None:
    for path in files("collab"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "utcnow", "today"}, f"{path}:{node.lineno}"


def test_the_protocol_codecs_do_not_know_the_engine() -> None:
    # Bytes from outside are judged before the engine sees them, by modules that cannot call it.
    for package in ("collab/wire", "collab/updates"):
        assert files(package), "there is something to look at"
        assert offences(package, lambda path, top: top != "pycrdt") == []
    may_call = {path for path in files("collab") if path.name != "rebuild.py"}
    assert len(may_call) == len(files("collab")) - 1
    assert offences("collab", lambda path, top: top != "pycrdt" or path in may_call) == []


def circle_in(root: Path) -> list[str]:
    """Parts of `collab` (packages, and modules beside them) that need each other; or nothing."""
    needed: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        part = path.relative_to(root).with_suffix("").parts[0]
        for module, line in imports(path):
            top, _, rest = module.partition(".")
            if top == "collab":
                assert rest, f"{path}:{line} does not say which part of collab it needs"
                needed.setdefault(part, set()).add(rest.partition(".")[0])
    try:
        TopologicalSorter({part: others - {part} for part, others in needed.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_packages_of_collab_need_each_other() -> None:
    assert circle_in(ROOT / "collab") == []


def test_the_walk_sees_a_circle(tmp_path: Path) -> None:
    for part, module, needs in (("menus", "menu", "edits.draft"), ("edits", "draft", "menus.menu")):
        (tmp_path / part).mkdir()
        (tmp_path / part / f"{module}.py").write_text(f"import collab.{needs}\n", encoding="utf-8")
    assert set(circle_in(tmp_path)) == {"menus", "edits"}


def test_only_storage_speaks_to_a_database() -> None:
    for package in ("collab", "rooms", "api"):
        assert offences(package, lambda path, top: top not in STORE_LIBRARIES) == []


def test_rooms_do_not_know_http() -> None:
    assert offences("rooms", lambda path, top: top != "aiohttp") == []


def test_the_walk_sees_imports_in_functions_too(tmp_path: Path) -> None:
    path = tmp_path / "sly.py"
    path.write_text("def f():\n    import api.app\n    from rooms import seat\n", encoding="utf-8")
    assert list(imports(path)) == [("api.app", 2), ("rooms", 3)]
