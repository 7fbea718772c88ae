"""The committed pages in api/web are the ones that web/ builds, and they obey the page policy.

No Node needed: the build lists the sha256 of every input and output.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "web"
BUILT: Final = ROOT / "api" / "web"
ADVICE: Final = "run `make web` and commit api/web"
KIB: Final = 1024
# What a page may weigh before it shows anything: scripts and styles, KiB with gzip. Guests come
# with a telephone and a weak network; the others come back every day and have it on the device.
BUDGETS: Final = {
    "home": (42, 8),
    "editor": (118, 11),
    "kitchen": (56, 9),
    "guest": (25, 8),
    "ops": (46, 8),
    "settings": (50, 8),
}
GUEST_IN_ALL_KIB: Final = (
    80  # with what is loaded later, in four languages of which a guest has one
)
PAGES: Final = sorted(BUDGETS)

# `import"./x.js"`, `from"./x.js"`; not `import("./x.js")`, which loads later.
STATIC_IMPORT: Final = re.compile(r"(?:\bfrom|\bimport)\s*\"\./([^\"]+\.js)\"")


def hashes(root: Path, files: list[Path]) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def files_in(folder: Path) -> list[Path]:
    return [
        file for file in folder.rglob("*") if file.is_file() and file.suffix not in {".py", ".pyc"}
    ]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BUILT / "build.json").read_text())
    return found


def test_pages_are_built_from_the_sources_as_they_are_now(
    manifest: dict[str, Any],
) -> None:
    inputs = [
        SOURCE / name
        for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json")
    ]
    for folder in ("src", "pages", "public"):
        inputs += files_in(SOURCE / folder)
    assert hashes(SOURCE, inputs) == manifest["inputs"], f"web/ changed since the build: {ADVICE}"


def test_built_pages_were_not_edited_by_hand(manifest: dict[str, Any]) -> None:
    built = [file for file in files_in(BUILT) if file.name != "build.json"]
    assert hashes(BUILT, built) == manifest["outputs"], f"api/web is not what was built: {ADVICE}"


@pytest.mark.parametrize("folder", [SOURCE, ROOT / "tests" / "peers"], ids=["web", "peers"])
def test_lock_file_names_no_package_host(folder: Path) -> None:
    assert '"resolved"' not in (folder / "package-lock.json").read_text()


class PolicyReader(HTMLParser):
    """Collects what `default-src 'self'` would block, and the addresses the page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.broken.append(f"inline <{tag}>")
        self.broken += [
            f"{name} on <{tag}>" for name in given if name == "style" or name.startswith("on")
        ]
        if tag in {"script", "img"} or (tag == "link" and given.get("rel") != "canonical"):
            self.addresses.append(given.get("src") or given.get("href") or "")


@pytest.mark.parametrize("page", PAGES)
def test_page_loads_only_committed_assets_of_its_build_and_has_no_inline_code(page: str) -> None:
    reader = PolicyReader()
    reader.feed((BUILT / f"{page}.html").read_text())
    assert reader.broken == []
    assert f"/assets/%BUILD%/{page}.js" in reader.addresses
    assert f"/assets/%BUILD%/{page}.css" in reader.addresses
    for address in reader.addresses:
        if address == "/manifest.webmanifest":
            assert (BUILT / "manifest.webmanifest").is_file()
            continue
        assert address.startswith("/assets/%BUILD%/"), address
        assert (BUILT / address.replace("/%BUILD%/", "/").removeprefix("/")).is_file(), address


def loaded_at_once(script: str, found: set[str]) -> set[str]:
    """A script, and all that it imports before it runs."""
    if script not in found:
        found.add(script)
        for name in STATIC_IMPORT.findall((BUILT / "assets" / script).read_text()):
            loaded_at_once(name, found)
    return found


def kib(*names: str) -> float:
    files = [BUILT / "assets" / name for name in names]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / KIB


@pytest.mark.parametrize("page", PAGES)
def test_page_keeps_to_its_budget(page: str, manifest: dict[str, Any]) -> None:
    scripts = loaded_at_once(f"{page}.js", set())
    assert sorted(scripts) == manifest["sizes"][page]["first"]
    script_budget, style_budget = BUDGETS[page]
    assert kib(*scripts) <= script_budget
    assert kib(f"{page}.css") <= style_budget


def test_all_that_a_guest_may_ever_load_has_a_budget_too() -> None:
    scripts = [file.name for file in (BUILT / "assets").glob("guest*.js")]
    assert "guest.js" in scripts and kib(*scripts) <= GUEST_IN_ALL_KIB


def test_worker_and_build_have_the_same_number(manifest: dict[str, Any]) -> None:
    assert re.fullmatch("[0-9a-f]{12}", manifest["build"])
    assert manifest["build"] in (BUILT / "sw.js").read_text()
