"""Pages: only what was in the folder, with the policy on everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.errors import problem_middleware
from api.pages import POLICY, add_pages, read_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "web"
    (pages / "assets" / "fonts").mkdir(parents=True)
    (pages / "index.html").write_text("<p>home</p>")
    (pages / "menu.html").write_text("<p>menu</p>")
    (pages / "build.json").write_text("{}")
    (pages / "assets" / "menu.js").write_text("1")
    (pages / "assets" / "menu-4F2A77CD.js").write_text("2")
    (pages / "assets" / "fonts" / "text.woff2").write_bytes(b"f")
    (pages / "assets" / "secret.py").write_text("no")
    (tmp_path / "outside.txt").write_text("outside")
    return pages


@pytest.fixture
async def pages(site, folder: Path):
    app = web.Application(middlewares=[problem_middleware(lambda code: None)])
    add_pages(app, site.house, folder)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/", "text/html", "home"),
        ("/menus/asia-bistro", "text/html", "menu"),
        ("/menus/a%2Fb", "text/html", "menu"),
        ("/assets/menu.js", "text/javascript", "1"),
        ("/assets/fonts/text.woff2", "font/woff2", "f"),
    ],
)
async def test_what_is_in_the_folder_is_served_with_the_policy(pages, path, media_type, body):
    answer = await pages.get(path)
    assert (answer.status, answer.content_type) == (200, media_type)
    assert body in await answer.text()
    assert answer.headers["Cache-Control"] == "no-cache"
    for name, value in POLICY.items():
        assert answer.headers[name] == value
    again = await pages.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    assert again.headers["Content-Security-Policy"] == POLICY["Content-Security-Policy"]


async def test_only_a_hashed_name_is_kept_for_good(pages):
    answer = await pages.get("/assets/menu-4F2A77CD.js")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html",
        "/assets/%2e%2e/build.json",
        "/assets/..%2f..%2foutside.txt",
        "/assets//etc/passwd",
        "/assets/secret.py",
        "/assets/none.js",
        "/build.json",
    ],
)
async def test_nothing_else_is_served(pages, path):
    from yarl import URL

    answer = await pages.get(URL(path, encoded=True))
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_missing_pages_are_said(site, tmp_path: Path):
    app = web.Application()
    add_pages(app, site.house, tmp_path)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")
        assert (answer.status, (await answer.json())["code"]) == (503, "pages_not_built")


async def test_built_pages_are_in_the_package_and_served(site):
    from importlib import resources

    names = read_files(resources.files("api.web"))
    assert {"index.html", "menu.html"} <= names.keys()
    page = await (await site.client.get("/")).text()
    for name in (name for name in names if name.startswith("assets/") and name in page):
        assert (await site.client.get(f"/{name}")).status == 200
    assert "assets/" in page


@pytest.mark.parametrize("ticket", ["", "?ticket=nonsense", "?ticket=a.b.c"])
async def test_link_that_is_none_lets_nobody_in(pages, ticket):
    answer = await pages.get(f"/enter{ticket}", allow_redirects=False)
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers
