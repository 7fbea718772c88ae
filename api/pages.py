"""The pages for people: read once at the start, served from memory.

Rule 1: only names found in the folder at the start are served; nothing a client typed is ever
        joined to a path.
Rule 2: a page is asked for again every time (ETag, no-cache); only a file whose name holds a hash
        of its content may be kept for good.
Rule 3: everything carries the same policy: code, styles and connections from this server only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import hdrs, web

from api.errors import problem
from api.house import House
from api.session_cookie import give_cookie

POLICY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PAGES = ("index.html", "menu.html")

_HASHED = re.compile(r"[-.][0-9A-Za-z_]{8,}\.[a-z0-9]+$")
_TEXTS = frozenset({"text/css", "text/html", "text/javascript", "text/plain"})


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file in memory."""

    body: bytes
    media_type: str
    etag: str  # without quotes
    is_hashed: bool


def add_pages(app: web.Application, house: House, folder: Traversable | None = None) -> None:
    """Add the routes. folder: where the built pages are; those of this package when None."""
    files = read_files(resources.files("api.web") if folder is None else folder)

    async def home(request: web.Request) -> web.StreamResponse:
        return _answer(request, files.get("index.html"), is_page=True)

    async def menu(request: web.Request) -> web.StreamResponse:
        return _answer(request, files.get("menu.html"), is_page=True)

    async def asset(request: web.Request) -> web.StreamResponse:
        return _answer(request, files.get("assets/" + request.match_info["name"]))

    async def enter(request: web.Request) -> web.StreamResponse:
        """Exchange a one-time link for a session cookie."""
        identity = await house.authenticator.redeem(request.query.get("ticket", ""))
        answer = web.Response(status=303, headers={hdrs.LOCATION: "/", **POLICY})
        answer.headers[hdrs.CACHE_CONTROL] = "no-store"
        if identity.restaurant_id is not None:  # the developer of --dev needs none
            give_cookie(house, request, answer, identity)
        return answer

    app.router.add_get("/", home)
    app.router.add_get("/menus/{id}", menu)
    app.router.add_get("/assets/{name:.+}", asset)
    # No HEAD: asking about the link must not use it up.
    app.router.add_get("/enter", enter, allow_head=False)


def read_files(folder: Traversable) -> dict[str, PageFile]:
    """The pages, and everything under `assets`, by name."""
    found = dict(_walk(folder.joinpath("assets"), "assets/"))
    for name in PAGES:
        page = folder.joinpath(name)
        if page.is_file():
            found[name] = _read(page)
    return found


def _walk(folder: Traversable, start: str) -> Iterator[tuple[str, PageFile]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{start}{entry.name}/")
        elif _media_type(entry.name) is not None:
            yield start + entry.name, _read(entry)


def _read(file: Traversable) -> PageFile:
    body = file.read_bytes()
    media_type = _media_type(file.name) or "application/octet-stream"
    is_hashed = _HASHED.search(file.name) is not None and any(map(str.isdigit, file.name))
    return PageFile(body, media_type, hashlib.sha256(body).hexdigest(), is_hashed)


def _media_type(name: str) -> str | None:
    return MEDIA_TYPES.get("." + name.rpartition(".")[2])


def _answer(
    request: web.Request, file: PageFile | None, *, is_page: bool = False
) -> web.StreamResponse:
    if file is None and is_page:
        sentence = "The pages were not built; run `npm ci && npm run build` in the folder web."
        return problem(503, "pages_not_built", sentence, POLICY)
    if file is None:
        return problem(404, "not_found", "There is no such file.", POLICY)
    keep = "public, max-age=31536000, immutable" if file.is_hashed else "no-cache"
    headers = {**POLICY, hdrs.ETAG: f'"{file.etag}"', hdrs.CACHE_CONTROL: keep}
    if any(tag.value in (file.etag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    charset = "utf-8" if file.media_type in _TEXTS else None
    return web.Response(
        body=file.body, content_type=file.media_type, charset=charset, headers=headers
    )
