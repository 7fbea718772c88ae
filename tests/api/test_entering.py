"""Coming in with a link: looking is free, one press comes in, and only from our own page."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from yarl import URL

from api.entering import next_path
from api.plain_page import LANGUAGES
from tests.api.conftest import Site


@pytest.mark.parametrize("ticket", ["", "nonsense", "a.b.c", "a~b"])
async def test_link_that_is_none_lets_nobody_in(site: Site, ticket: str):
    answer = await site.client.post("/enter", data={"ticket": ticket}, allow_redirects=False)
    assert (answer.status, answer.content_type) == (401, "text/html")
    assert "Set-Cookie" not in answer.headers


async def test_form_without_a_ticket_and_page_without_one_say_so(site: Site):
    assert (await site.client.post("/enter", data={})).status == 401
    assert (await site.client.get("/enter")).status == 401


async def test_page_obeys_a_policy_that_allows_its_own_style_alone(site: Site):
    answer = await site.client.get("/enter?ticket=a~b")
    page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';") and "form-action 'self'" in policy
    assert "<script" not in page and " style=" not in page
    assert answer.headers["Cache-Control"] == "no-store"


async def test_what_stands_in_the_address_is_no_html_of_the_page(site: Site):
    url = URL("/enter").with_query(ticket='"><script>alert(1)</script>', next='/"><b>')
    page = await (await site.client.get(url)).text()
    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;" in page


async def test_page_of_another_origin_signs_nobody_in(site: Site):
    for origin in ("https://evil.example", "null"):
        headers = {"Origin": origin}
        answer = await site.client.post("/enter", data={"ticket": "a~b"}, headers=headers)
        assert answer.status == 403


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ja, fr;q=0.5, es;q=0.7", "es"),
        ("fr;q=0", "en"),
        ("de;q=nonsense", "en"),
        ("ja", "en"),
    ],
)
async def test_page_speaks_the_language_of_the_browser(site: Site, accepted: str, language: str):
    headers = {"Accept-Language": accepted}
    page = await (await site.client.get("/enter?ticket=x", headers=headers)).text()
    assert f'<html lang="{language}">' in page
    assert language in LANGUAGES


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/", "/"),
        ("/kitchen", "/kitchen"),
        ("/menus/asia-bistro", "/menus/asia-bistro"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a?b=c", "/"),
        ("", "/"),
        ("/kitchen\n", "/"),
    ],
)
def test_only_a_plain_path_of_ours_is_gone_to(given: str, taken: str):
    assert next_path(given) == taken


async def test_ticket_of_a_socket_signs_in_but_makes_no_device(site: Site):
    asked = await site.client.post("/api/v1/tickets", headers=site.bearer())
    ticket = (await asked.json())["ticket"]
    answer = await site.client.post("/enter", data={"ticket": ticket}, allow_redirects=False)
    assert answer.status == 303
    assert "mirepoix_session" in answer.cookies
    assert "mirepoix_device" not in answer.cookies


async def test_whoever_tries_links_out_is_slowed_down(site: Site):
    statuses = [
        (await site.client.post("/enter", data={"ticket": f"{number}~x"})).status
        for number in range(25)
    ]
    assert statuses[0] == 401 and statuses[-1] == 429
