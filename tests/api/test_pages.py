"""Pages: only what was in the folder, with the policy on everything, each address one content."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from api.config import Config
from api.errors import problem_middleware
from api.page_files import read_pages
from api.pages import PAGES, POLICY, add_pages, built_pages

SCRIPT = "console.log('a script that gets smaller');" * 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "web"
    (pages / "assets" / "icons").mkdir(parents=True)
    for name in set(PAGES.values()):
        (pages / name).write_text(f'<script src="/assets/%BUILD%/x.js"></script><p>{name}</p>')
    (pages / "sw.js").write_text(SCRIPT)
    (pages / "manifest.webmanifest").write_text('{"icon": "/assets/%BUILD%/icon.svg"}')
    (pages / "build.json").write_text(json.dumps({"build": "0123abcd"}))
    (pages / "assets" / "editor.js").write_text(SCRIPT)
    (pages / "assets" / "editor.css").write_text("a{}")
    (pages / "assets" / "shared-4F2A77CD.js").write_text("2")
    (pages / "assets" / "icons" / "app.png").write_bytes(b"picture" * 100)
    (pages / "assets" / "secret.py").write_text("no")
    (tmp_path / "outside.txt").write_text("outside")
    return pages


@pytest.fixture
async def pages(folder: Path):
    app = web.Application(middlewares=[problem_middleware(lambda code: None)])
    add_pages(app, read_pages(folder))
    async with TestClient(TestServer(app), auto_decompress=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/", "text/html", "home.html"),
        ("/menus/asia-bistro", "text/html", "editor.html"),
        ("/menus/a%2Fb", "text/html", "editor.html"),
        ("/kitchen", "text/html", "kitchen.html"),
        ("/guest", "text/html", "guest.html"),
        ("/t/abcDEF_-123", "text/html", "guest.html"),
        ("/ops", "text/html", "ops.html"),
        ("/settings", "text/html", "settings.html"),
        ("/sw.js", "text/javascript", SCRIPT),
        ("/manifest.webmanifest", "application/manifest+json", "/assets/0123abcd/icon.svg"),
    ],
)
async def test_what_may_change_is_served_with_the_policy_and_asked_for_again(
    pages, path, media_type, body
):
    answer = await pages.get(path, headers={"Accept-Encoding": "identity"})
    assert (answer.status, answer.content_type) == (200, media_type)
    assert body in await answer.text()
    assert answer.headers["Cache-Control"] == "no-cache"
    for name, value in POLICY.items():
        assert answer.headers[name] == value
    again = await pages.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    assert again.headers["Content-Security-Policy"] == POLICY["Content-Security-Policy"]


async def test_page_names_the_build_in_the_addresses_of_its_scripts(pages):
    assert '"/assets/0123abcd/x.js"' in await (await pages.get("/kitchen")).text()


@pytest.mark.parametrize("name", ["editor.js", "shared-4F2A77CD.js", "icons/app.png"])
async def test_asset_of_this_build_is_kept_for_good(pages, name):
    answer = await pages.get(f"/assets/0123abcd/{name}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["shared-4F2A77CD.js", "icons/app.png"])
async def test_old_page_gets_what_is_sure_to_be_the_same(pages, name):
    answer = await pages.get(f"/assets/older/{name}")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["editor.js", "editor.css"])
async def test_old_page_does_not_get_a_script_or_style_of_this_build(pages, name):
    assert (await pages.get(f"/assets/older/{name}")).status == 404


async def test_texts_are_compressed_for_those_who_can_read_that(pages):
    path = "/assets/0123abcd/editor.js"
    zipped = await pages.get(path, headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    assert (zipped.headers["Content-Encoding"], zipped.headers["Vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    body = await zipped.read()
    assert gzip.decompress(body).decode() == SCRIPT
    assert int(zipped.headers["Content-Length"]) == len(body) < len(SCRIPT)
    for refusing in ("identity", "gzip;q=0", "br"):
        plain = await pages.get(path, headers={"Accept-Encoding": refusing})
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert await plain.text() == SCRIPT


async def test_what_gets_no_smaller_is_not_compressed(pages):
    for name in ("icons/app.png", "shared-4F2A77CD.js"):
        answer = await pages.get(f"/assets/0123abcd/{name}", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/sw.js", "/assets/0123abcd/editor.js"])
async def test_asking_for_the_head_alone_works(pages, path):
    answer = await pages.head(path)
    assert (answer.status, await answer.read()) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/assets/0123abcd/../home.html",
        "/assets/0123abcd/%2e%2e/build.json",
        "/assets/0123abcd/..%2f..%2foutside.txt",
        "/assets/0123abcd//etc/passwd",
        "/assets/0123abcd/secret.py",
        "/assets/0123abcd/none.js",
        "/assets/editor.js",
        "/build.json",
        "/index.html",
        "/home.html",
    ],
)
async def test_nothing_else_is_served(pages, path):
    answer = await pages.get(URL(path, encoded=True))
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_missing_pages_are_said(tmp_path: Path):
    app = web.Application()
    add_pages(app, read_pages(tmp_path))
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")
        assert (answer.status, (await answer.json())["code"]) == (503, "pages_not_built")
        assert (await client.get("/sw.js")).status == 404


async def test_another_folder_of_pages_can_be_set(open_site, folder: Path):
    site = await open_site(pages=folder)
    assert "home.html" in await (await site.client.get("/")).text()


def test_build_without_a_number_is_named_by_its_content(folder: Path):
    (folder / "build.json").unlink()
    before = read_pages(folder).build
    assert before == read_pages(folder).build
    (folder / "assets" / "editor.js").write_text("other")
    assert len(before) == 12
    assert read_pages(folder).build != before


async def test_built_pages_are_in_the_package_and_served_with_all_they_load(site):
    built = built_pages(Config().pages)
    for path, name in PAGES.items():
        page = await (await site.client.get(path.format(id="a", code="b"))).text()
        loaded = [part.partition('"')[0] for part in page.split(f'"/assets/{built.build}/')[1:]]
        assert {f"{name.removesuffix('.html')}.js", f"{name.removesuffix('.html')}.css"} <= set(
            loaded
        )
        for asset in loaded:
            assert (await site.client.get(f"/assets/{built.build}/{asset}")).status == 200
