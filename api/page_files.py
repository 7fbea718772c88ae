"""The built pages as they lie in memory: read once, filled in, compressed.

Rule 1: only what was in the folder at the start is known; nothing a client typed is ever joined to
        a path.
Rule 2: `%BUILD%` in a page or in the manifest is the number of the build, from build.json. Every
        script and style has it in its address, so an address never changes its content.
Rule 3: texts are compressed here, once, not at every request.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
ROOT_FILES = ("sw.js", "manifest.webmanifest")
BUILD_DIGITS = 12

_MARK = b"%BUILD%"
_FILLED = (".html", ".webmanifest")
_CODE = (".js", ".css")
_ALREADY_SMALL = (".png", ".woff2")
_HASHED = re.compile(r"-[0-9A-Z]{8}\.[a-z0-9]+$")  # as esbuild names a shared chunk


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file in memory."""

    body: bytes
    zipped: bytes | None  # with gzip; None when that would not make it smaller
    media_type: str
    etag: str  # without quotes
    name: str

    @property
    def is_text(self) -> bool:
        """Whether it has a character set, which is UTF-8."""
        return self.media_type.startswith("text/")

    @property
    def fits_any_build(self) -> bool:
        """Whether a page of another build may use it too.

        A chunk is named by its content and by what it imports, so an equal name is equal code. An
        entry's script or style is not: mixed with the rest of an old page it would break that.
        """
        return not self.name.endswith(_CODE) or _HASHED.search(self.name) is not None


@dataclass(frozen=True, slots=True)
class BuiltPages:
    """All files of one build."""

    build: str
    pages: Mapping[str, PageFile]  # by name: home.html, sw.js, ...
    assets: Mapping[str, PageFile]  # by path below `assets`


def read_pages(folder: Traversable) -> BuiltPages:
    """Read a folder that web/build.mjs wrote; one without pages is read as empty."""
    found = dict(_walk(folder.joinpath("assets"), ""))
    top = {entry.name: entry for entry in folder.iterdir() if entry.is_file()}
    build = _build(top.get("build.json"), found)
    names = [name for name in top if name.endswith(".html") or name in ROOT_FILES]
    return BuiltPages(
        build,
        {name: _file(name, top[name].read_bytes(), build) for name in names},
        {path: _file(path, body, build) for path, body in found.items()},
    )


def _walk(folder: Traversable, start: str) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{start}{entry.name}/")
        elif _suffix(entry.name) in MEDIA_TYPES:
            yield start + entry.name, entry.read_bytes()


def _build(manifest: Traversable | None, assets: Mapping[str, bytes]) -> str:
    """The number of the build; made from the files when the manifest does not say."""
    said = {} if manifest is None else json.loads(manifest.read_bytes())
    if isinstance(said.get("build"), str):
        return str(said["build"])
    whole = hashlib.sha256()
    for path in sorted(assets):
        whole.update(path.encode() + b"\0" + assets[path])
    return whole.hexdigest()[:BUILD_DIGITS]


def _file(name: str, body: bytes, build: str) -> PageFile:
    if name.endswith(_FILLED):
        body = body.replace(_MARK, build.encode())
    zipped = None if name.endswith(_ALREADY_SMALL) else gzip.compress(body, 9, mtime=0)
    if zipped is not None and len(zipped) >= len(body):
        zipped = None
    digest = hashlib.sha256(body).hexdigest()
    return PageFile(body, zipped, MEDIA_TYPES[_suffix(name)], digest, name)


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2]
