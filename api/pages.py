"""The pages for people, served from memory (api/page_files.py).

Rule 1: a page is asked for again every time (ETag, no-cache), and so are the service worker and
        the manifest: what they name changes with the next build.
Rule 2: `/assets/<build>/...` of this build may be kept for good.
Rule 3: everything carries the same policy: code, styles and connections from this server only.

A page of an earlier build that is still open may ask for a chunk it has not loaded yet. What is
sure to be the same (a chunk named by its content, an icon) is served, to be asked for again; for
the rest the truth is 404: today's script would not go with yesterday's page, and the page offers
to reload.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from aiohttp import hdrs, web

from api.content_coding import accepts_gzip
from api.errors import problem
from api.page_files import ROOT_FILES, BuiltPages, PageFile, read_pages

POLICY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
        "manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
PAGES: Mapping[str, str] = {
    "/": "home.html",
    "/menus/{id}": "editor.html",
    "/kitchen": "kitchen.html",
    "/guest": "guest.html",
    "/t/{code}": "guest.html",
    "/ops": "ops.html",
    "/settings": "settings.html",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

_Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_pages(app: web.Application, built: BuiltPages) -> None:
    """Add the routes of the pages and of what they load."""
    for path, name in PAGES.items():
        app.router.add_get(path, _page(built.pages.get(name)))
    for name in ROOT_FILES:
        app.router.add_get(f"/{name}", _root_file(built.pages.get(name)))

    async def asset(request: web.Request) -> web.StreamResponse:
        file = built.assets.get(request.match_info["name"])
        is_current = request.match_info["build"] == built.build
        if file is None or not (is_current or file.fits_any_build):
            return _missing()
        return _answer(request, file, FOR_GOOD if is_current else ASK_AGAIN)

    app.router.add_get("/assets/{build}/{name:.+}", asset)


@cache
def built_pages(folder: Path | None) -> BuiltPages:
    """The pages in a folder (MIREPOIX_PAGES), those of this package when None; read once."""
    return read_pages(resources.files("api.web") if folder is None else folder)


def _page(file: PageFile | None) -> _Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        if file is None:
            sentence = "The pages were not built; run `make web`."
            return problem(503, "pages_not_built", sentence, POLICY)
        return _answer(request, file, ASK_AGAIN)

    return answer


def _root_file(file: PageFile | None) -> _Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        return _missing() if file is None else _answer(request, file, ASK_AGAIN)

    return answer


def _missing() -> web.Response:
    return problem(404, "not_found", "There is no such file.", POLICY)


def _answer(request: web.Request, file: PageFile, keep: str) -> web.StreamResponse:
    # The tag is weak, because the same file goes out compressed too.
    headers = {
        **POLICY,
        hdrs.ETAG: f'W/"{file.etag}"',
        hdrs.CACHE_CONTROL: keep,
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if any(tag.value in (file.etag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = file.body
    if file.zipped is not None and accepts_gzip(request):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        body = file.zipped
    charset = "utf-8" if file.is_text else None
    return web.Response(body=body, content_type=file.media_type, charset=charset, headers=headers)
