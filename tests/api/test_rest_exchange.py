"""Menus over REST in the formats of others: in, out, what was lost, and never by half."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from api.app import BODY_LIMIT_BYTES
from collab.identity import Access, Role
from tests.api.conftest import Site
from tests.collab.sample_menus import SAMPLE

CSV = b"section;name;price;allergens\nSuppen;Klare;4,50;celery\nSuppen;Scharfe;5,50;\n"
SCHEMA_ORG = json.dumps(
    {
        "@type": "Menu",
        "inLanguage": "de",
        "hasMenuSection": {
            "name": "Suppen",
            "hasMenuItem": {
                "name": "Klare",
                "image": "x.jpg",
                "offers": {"price": "4.50", "priceCurrency": "EUR"},
            },
        },
    }
).encode()
SQUARE = json.dumps(
    {
        "objects": [
            {"type": "CATEGORY", "id": "c", "category_data": {"name": "Suppen"}},
            {
                "type": "ITEM",
                "id": "i",
                "item_data": {
                    "name": "Klare",
                    "category_id": "c",
                    "variations": [
                        {
                            "type": "ITEM_VARIATION",
                            "id": "v",
                            "item_variation_data": {
                                "name": "Regular",
                                "price_money": {"amount": 450, "currency": "EUR"},
                            },
                        }
                    ],
                },
            },
        ]
    }
).encode()


async def put(
    site: Site, content: bytes, query: str = "", menu: str = "lunch", **headers: str
) -> tuple[int, Any]:
    signed = {**site.bearer(), **headers}
    path = f"/api/v1/menus/{menu}/import?{query}"
    answer = await site.client.post(path, data=BytesIO(content), headers=signed)
    return answer.status, await answer.json()


async def plain(site: Site, menu: str = "lunch") -> Any:
    answer = await site.client.get(f"/api/v1/menus/{menu}", headers=site.bearer())
    return await answer.json()


async def export(site: Site, query: str) -> Any:
    return await site.client.get(f"/api/v1/menus/lunch/export?{query}", headers=site.bearer())


@pytest.mark.parametrize(
    ("content", "query", "media_type"),
    [
        (CSV, "format=csv&currency=EUR&locale=de", "application/octet-stream"),
        (CSV, "currency=EUR&locale=de", "text/csv"),
        (SCHEMA_ORG, "format=schema.org", "application/json"),
        (SCHEMA_ORG, "", "application/ld+json"),
        (SQUARE, "format=square&locale=de", "application/json"),
    ],
)
async def test_file_of_another_format_makes_a_menu(site, content, query, media_type):
    status, answer = await put(site, content, query, **{"Content-Type": media_type})
    assert (status, answer["created"], answer["dry_run"]) == (201, True, False)
    [section] = (await plain(site))["sections"]
    assert section["name"] == "Suppen"
    assert (section["items"][0]["name"], section["items"][0]["price"]) == ("Klare", 450)


async def test_answer_says_what_was_not_understood(site):
    _, answer = await put(site, SCHEMA_ORG, "format=schema.org")
    assert answer["remarks"] == [
        {
            "where": "$.hasMenuSection.hasMenuItem.image",
            "what": "“image” is not understood.",
            "action": "ignored",
            "times": 1,
        }
    ]


async def test_dry_run_says_the_same_and_changes_nothing(site):
    query = "format=csv&currency=EUR&locale=de"
    status, planned = await put(site, CSV, f"{query}&dry_run=true")
    assert (status, planned["created"], planned["dry_run"]) == (200, True, True)
    assert await site.house.documents.find("lunch") is None
    await put(site, CSV, query)
    before = await plain(site)
    changed = CSV.replace(b"5,50", b"6,50")
    _, planned = await put(site, changed, f"{query}&dry_run=true")
    assert await plain(site) == before
    _, done = await put(site, changed, query)
    assert done == {**planned, "dry_run": False, "difference": None}
    assert done["changes"] == 1


async def test_dry_run_names_what_would_read_differently(site):
    query = "format=csv&currency=EUR&locale=de"
    await put(site, CSV, query)
    _, planned = await put(site, CSV.replace(b"5,50", b"6,50"), f"{query}&dry_run=true")
    [item] = planned["difference"].pop("items")
    assert (item["change"], item["fields"]) == (
        "changed",
        [{"field": "price", "before": 550, "after": 650}],
    )
    assert planned["difference"] == {"settings": [], "sections": [], "groups": []}
    _, planned = await put(site, CSV, f"{query}&dry_run=true")
    assert not any(planned["difference"].values())


async def test_file_that_says_no_currency_takes_that_of_the_menu(site):
    await put(site, CSV, "format=csv&currency=CHF&locale=de")
    status, answer = await put(site, CSV.replace(b"5,50", b"6,50"), "format=csv")
    assert (status, answer["changes"]) == (200, 1)
    assert (await plain(site))["currency"] == "CHF"


@pytest.mark.parametrize("format", ["plain", "schema.org", "square", "csv"])
async def test_export_comes_in_again_without_a_change(site, format):
    await put(site, SAMPLE.read_bytes())
    exported = await export(site, f"format={format}")
    assert exported.status == 200
    status, answer = await put(site, await exported.read(), f"format={format}")
    assert (status, answer["changes"], answer["remarks"]) == (200, 0, [])


@pytest.mark.parametrize(
    ("format", "media_type", "name"),
    [
        ("plain", "application/json", "lunch.json"),
        ("schema.org", "application/ld+json", "lunch.jsonld"),
        ("square", "application/json", "lunch.square.json"),
        ("csv", "text/csv", "lunch.csv"),
    ],
)
async def test_export_is_a_file_to_keep_with_a_tag(site, format, media_type, name):
    await put(site, SAMPLE.read_bytes())
    answer = await export(site, f"format={format}")
    assert answer.content_type == media_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    headers = {**site.bearer(), "If-None-Match": answer.headers["ETag"]}
    path = f"/api/v1/menus/lunch/export?format={format}"
    assert (await site.client.get(path, headers=headers)).status == 304


async def test_export_counts_and_lists_what_it_cannot_carry(site):
    await put(site, SAMPLE.read_bytes())
    file = await export(site, "format=schema.org")
    report = await (await export(site, "format=schema.org&report=true")).json()
    assert report["format"] == "schema.org"
    assert len(report["remarks"]) == int(file.headers["Mirepoix-Remarks"]) > 0
    assert any("allergens" in remark["what"] for remark in report["remarks"])
    assert (await (await export(site, "report=true")).json())["remarks"] == []


async def test_spreadsheet_has_decimal_commas_for_those_who_write_so(site):
    await put(site, CSV, "format=csv&currency=EUR&locale=de")
    text = (await (await export(site, "format=csv&decimal=comma")).read()).decode("utf-8-sig")
    assert ";4,50;EUR;" in text


@pytest.mark.parametrize(
    ("content", "query", "expected"),
    [
        (b'name,price\n"Suppe,1\n', "format=csv&currency=EUR", (422, "unusable_file")),
        (b"name,price\nSuppe,1\n", "format=csv", (422, "unusable_file")),
        (CSV, "format=schema.org", (422, "unusable_file")),
        (CSV, "format=square", (422, "unusable_file")),
        (CSV, "format=xml", (422, "invalid_fields")),
        (CSV, "format=csv&currency=euro", (422, "invalid_fields")),
        (CSV, "format=csv&dry_run=yes", (422, "invalid_fields")),
        (CSV, "", (400, "invalid_json")),
        (b"name\n" + b"x\n" * 4000, "format=csv&currency=EUR", (413, "menu_too_large")),
        (b" " * 10_000_000, "format=csv", (413, "file_too_large")),
        (b"[" * 100_000, "format=square", (422, "unusable_file")),
        (b" " * (BODY_LIMIT_BYTES + 1), "", (413, "request_entity_too_large")),
    ],
)
async def test_unusable_file_is_refused_and_leaves_nothing_behind(site, content, query, expected):
    for run in ("false", "true"):
        if "dry_run" not in query:
            status, problem = await put(site, content, f"{query}&dry_run={run}")
        else:
            status, problem = await put(site, content, query)
        assert (status, problem["code"]) == expected
    assert await site.house.documents.find("lunch") is None


@pytest.mark.parametrize("query", ["format=csv", "format=csv&dry_run=true"])
async def test_file_of_another_currency_changes_nothing(site, query):
    await put(site, CSV, "format=csv&currency=EUR&locale=de")
    before = await plain(site)
    status, problem = await put(site, CSV, f"{query}&currency=CHF")
    assert (status, problem["code"]) == (422, "wrong_currency")
    assert await plain(site) == before


@pytest.mark.parametrize("query", ["format=csv&currency=EUR", "format=csv&dry_run=true"])
async def test_import_is_for_owners_and_managers_before_the_file_is_read(site, query):
    headers = site.bearer("bo", "bistro", Role.EDITOR)
    status, problem = await put(site, b"broken", query, **headers)
    assert (status, problem["code"]) == (403, "forbidden_act")


@pytest.mark.parametrize("run", ["true", "false"])
async def test_import_into_a_menu_that_one_may_only_read_is_refused(site, run):
    await put(site, CSV, "format=csv&currency=EUR&locale=de")
    headers = site.bearer("olga", "bistro", Role.OWNER, menus={"lunch": Access.READ})
    status, problem = await put(site, CSV, f"format=csv&dry_run={run}", **headers)
    assert (status, problem["code"]) == (403, "forbidden_act")


async def test_export_is_for_those_who_may_open_the_menu(site):
    await put(site, CSV, "format=csv&currency=EUR&locale=de")
    path = "/api/v1/menus/lunch/export?format=csv"
    assert (await site.client.get(path)).status == 401
    stranger = site.bearer("eve", "other")
    assert (await site.client.get(path, headers=stranger)).status == 403
    guest = site.bearer("gus", "bistro", Role.GUEST)
    assert (await site.client.get(path, headers=guest)).status == 403


@pytest.mark.parametrize("query", ["format=csv", "format=csv&report=true", "format=plain"])
async def test_free_document_is_no_menu(site, query):
    body = {"kind": "free", "title": "Notes", "id": "lunch"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    answer = await export(site, query)
    assert (answer.status, (await answer.json())["code"]) == (404, "menu_not_found")
    for run in ("true", "false"):
        status, problem = await put(site, CSV, f"format=csv&currency=EUR&dry_run={run}")
        assert (status, problem["code"]) == (422, "not_a_menu")
