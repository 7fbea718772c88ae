"""The OpenAPI document: every route is in it, and real answers have the form it says."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest

from api.rest.routes import operations
from tests.api.conftest import Site
from tests.collab.sample_menus import SAMPLE

MENU = {"kind": "menu", "title": "Lunch", "id": "lunch"}


async def described(site: Site) -> dict[str, Any]:
    answer = await site.client.get("/api/v1/openapi.json")
    assert answer.status == 200
    return dict(await answer.json())


async def test_every_route_is_described(site):
    document = await described(site)
    served = {
        (route.method, route.resource.canonical)
        for route in site.client.server.app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/api/v1/")
        and route.method != "HEAD"
    }
    written = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert served - written == {("GET", "/api/v1/openapi.json")}
    assert written <= served


async def test_document_is_openapi_3_1_and_refers_to_nothing_missing(site):
    document = await described(site)
    assert document["openapi"] == "3.1.0"
    text = json.dumps(document)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in document["components"]["schemas"]
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == len(operations())
    for path, methods in document["paths"].items():
        for one in methods.values():
            required = [each["name"] for each in one["parameters"] if each["in"] == "path"]
            assert required == re.findall(r"\{(\w+)\}", path)


REQUESTS = [
    ("POST", "/api/v1/documents", {**MENU, "id": "dinner"}),
    ("GET", "/api/v1/documents", None),
    ("GET", "/api/v1/documents/lunch", None),
    ("GET", "/api/v1/documents/lunch/presence", None),
    ("GET", "/api/v1/menus/lunch", None),
    ("GET", "/api/v1/menus/lunch/export", None),
    ("POST", "/api/v1/menus/lunch/import", json.loads(SAMPLE.read_bytes())),
    ("GET", "/api/v1/menus/lunch/locks", None),
    ("POST", "/api/v1/menus/lunch/locks", {"field": "items/i1/price"}),
    ("POST", "/api/v1/menus/lunch/locks", {"field": "nothing"}),
    ("PUT", "/api/v1/menus/lunch/strict-locks", {"on": True}),
    ("POST", "/api/v1/menus/lunch/copies", {"id": "supper"}),
    ("POST", "/api/v1/menus/lunch/shares", {"restaurant": "north"}),
    ("GET", "/api/v1/menus/lunch/shares", None),
    ("GET", "/api/v1/menus/lunch/overrides", None),
    ("GET", "/api/v1/shared-menus", None),
    ("POST", "/api/v1/photos", None),
    ("GET", "/api/v1/sessions", None),
    ("POST", "/api/v1/tickets", None),
    ("POST", "/api/v1/token", None),
    ("POST", "/api/v1/revocations", {"kind": "user", "value": "bo"}),
    ("POST", "/api/v1/ysweet/auth", {"docId": "lunch"}),
    ("GET", "/api/v1/documents/none", None),
    ("POST", "/api/v1/documents", {"kind": 1}),
    ("POST", "/api/v1/documents", MENU),
    ("POST", "/api/v1/revocations", {"kind": "user", "value": "bo", "restaurant": "other"}),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_real_answers_have_the_form_that_is_described(site, method, path, body):
    await site.client.post(
        "/api/v1/menus/lunch/import", json=json.loads(SAMPLE.read_bytes()), headers=site.bearer()
    )
    async with site.client.ws_connect("/ws/y/lunch", headers=site.bearer()) as socket:
        await socket.receive()
        answer = await site.client.request(method, path, json=body, headers=site.bearer())
        content = await answer.json()
    document = await described(site)
    pattern = path.replace("lunch", "{id}").replace("none", "{id}")
    [responses] = [
        methods[method.lower()]["responses"]
        for known, methods in document["paths"].items()
        if known == pattern
    ]
    form = responses[str(answer.status)]["content"][answer.content_type]["schema"]
    assert list(faults(content, form, document["components"]["schemas"])) == []


def test_validator_of_these_tests_finds_faults():
    form = {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 1}, "b": {"enum": ["x"]}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert list(faults({"a": 1, "b": "x"}, form, {})) == []
    for wrong in ({}, {"a": 0}, {"a": "1"}, {"a": 1, "b": "y"}, {"a": 1, "c": 1}, []):
        assert list(faults(wrong, form, {}))


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    "$ref", "additionalProperties", "anyOf", "default", "description", "enum", "format", "items",
    "maximum", "maxLength", "minimum", "minLength", "pattern", "properties", "required", "title",
    "type",
}  # fmt: skip


def faults(value: Any, form: dict[str, Any], schemas: dict[str, Any], at: str = "$") -> Any:
    """What is wrong with a value by JSON Schema, as far as these schemas use it."""
    assert form.keys() <= KNOWN, form.keys() - KNOWN
    if "$ref" in form:
        yield from faults(value, schemas[form["$ref"].rpartition("/")[2]], schemas, at)
    if "anyOf" in form and all(list(faults(value, one, schemas)) for one in form["anyOf"]):
        yield f"{at} is none of the alternatives"
    if "enum" in form and value not in form["enum"]:
        yield f"{at} is not listed"
    expected = form.get("type")
    if expected is not None:
        is_boolean = isinstance(value, bool) and expected != "boolean"
        if is_boolean or not isinstance(value, TYPES[expected]):
            yield f"{at} is no {expected}"
            return
    if isinstance(value, dict):
        yield from _object_faults(value, form, schemas, at)
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from faults(part, form.get("items", {}), schemas, f"{at}[{place}]")
    if isinstance(value, str):
        yield from _text_faults(value, form, at)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not form.get("minimum", value) <= value <= form.get("maximum", value):
            yield f"{at} is out of range"


def _object_faults(value: dict[str, Any], form: dict[str, Any], schemas: Any, at: str) -> Any:
    properties = form.get("properties", {})
    yield from (f"{at}.{name} is missing" for name in form.get("required", ()) if name not in value)
    others = form.get("additionalProperties", True)
    for name, part in value.items():
        if name in properties:
            yield from faults(part, properties[name], schemas, f"{at}.{name}")
        elif others is False:
            yield f"{at}.{name} is not known"
        elif isinstance(others, dict):
            yield from faults(part, others, schemas, f"{at}.{name}")


def _text_faults(value: str, form: dict[str, Any], at: str) -> Any:
    if not form.get("minLength", 0) <= len(value) <= form.get("maxLength", len(value)):
        yield f"{at} has a wrong length"
    if "pattern" in form and re.search(form["pattern"], value) is None:
        yield f"{at} has a wrong form"
    if form.get("format") == "date-time":
        datetime.fromisoformat(value)
