"""The committed pages in api/web are the ones that web/ builds, and they obey the page policy.

No Node needed: the build lists the sha256 of every input and output.
"""

from __future__ import annotations

import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "web"
BUILT: Final = ROOT / "api" / "web"
ADVICE: Final = "run `make web` and commit api/web"


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
def manifest() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((BUILT / "build.json").read_text())
    return found


def test_pages_are_built_from_the_sources_as_they_are_now(
    manifest: dict[str, dict[str, str]],
) -> None:
    inputs = [
        SOURCE / name
        for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json")
    ]
    inputs += [*files_in(SOURCE / "src"), *files_in(SOURCE / "static")]
    assert hashes(SOURCE, inputs) == manifest["inputs"], f"web/ changed since the build: {ADVICE}"


def test_built_pages_were_not_edited_by_hand(manifest: dict[str, dict[str, str]]) -> None:
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


@pytest.mark.parametrize("page", ["index.html", "menu.html"])
def test_page_loads_only_committed_assets_and_has_no_inline_code(page: str) -> None:
    reader = PolicyReader()
    reader.feed((BUILT / page).read_text())
    assert reader.broken == []
    assert reader.addresses
    for address in reader.addresses:
        assert address.startswith("/assets/"), address
        assert (BUILT / address.removeprefix("/")).is_file(), address
