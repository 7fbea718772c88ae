"""The OpenAPI 3.1 document, made from the table of operations and the structs they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec

from api.rest.models import Problem
from api.rest.operation import PREFIX, Operation

PROBLEM_MEDIA_TYPE = "application/problem+json"

_PARAMETER = re.compile(r"\{(\w+)\}")


def describe(table: Iterable[Operation]) -> bytes:
    """The document as JSON."""
    operations = tuple(table)
    forms = list(dict.fromkeys(_forms(operations)))
    schemas, components = msgspec.json.schema_components(
        forms, ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip(forms, schemas, strict=True))
    paths: dict[str, dict[str, object]] = {}
    for operation in operations:
        path = paths.setdefault(PREFIX + operation.path, {})
        path[operation.method.lower()] = _operation(operation, schema_of, components)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Mirepoix",
            "version": _version(),
            "description": "Collaborative editing of restaurant menus. Ids in paths are "
            "percent-encoded, slashes too.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "mirepoix_session"},
            },
        },
        "security": [{"bearer": []}, {"cookie": []}],
    }
    return msgspec.json.encode(document)


def _forms(operations: Iterable[Operation]) -> Iterator[Any]:
    yield Problem
    for operation in operations:
        for form in (operation.query, operation.body, *operation.answers.values()):
            if isinstance(form, type):
                yield form


def _operation(
    operation: Operation, schema_of: dict[Any, Any], components: dict[str, Any]
) -> dict[str, object]:
    described: dict[str, object] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation.path),
            *_query_parameters(operation, schema_of, components),
        ],
        "responses": _responses(operation, schema_of),
    }
    if operation.body is not None:
        schema = schema_of[operation.body]
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _path_parameters(path: str) -> list[object]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(
    operation: Operation, schema_of: dict[Any, Any], components: dict[str, Any]
) -> list[object]:
    if operation.query is None:
        return []
    name = schema_of[operation.query]["$ref"].rpartition("/")[2]
    form = components[name]
    required = form.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in form["properties"].items()
    ]


def _responses(operation: Operation, schema_of: dict[Any, Any]) -> dict[str, object]:
    responses: dict[str, object] = {}
    for status, form in operation.answers.items():
        answer: dict[str, object] = {"description": HTTPStatus(status).phrase}
        match form:
            case None:
                pass
            case str():
                answer["content"] = {form: {"schema": {"type": "string", "format": "binary"}}}
            case _:
                answer["content"] = {"application/json": {"schema": schema_of[form]}}
        responses[str(status)] = answer
    for status in operation.refusals:
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_MEDIA_TYPE: {"schema": schema_of[Problem]}},
        }
    return responses


def _version() -> str:
    try:
        return version("mirepoix")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"
