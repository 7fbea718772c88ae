"""The OpenAPI 3.1 document, made from the table of operations and the structs they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
        forms = [operation.query, operation.body, *operation.files.values()]
        for answer in operation.answers.values():
            forms += answer.values() if isinstance(answer, Mapping) else [answer]
        yield from (form for form in forms if form is not None and not isinstance(form, str))


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
    if operation.is_open:
        described["security"] = []
    if operation.body is not None:
        schema = schema_of[operation.body]
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    if operation.files:
        described["requestBody"] = {
            "required": True,
            "content": _contents(operation.files, schema_of),
        }
    return described


def _contents(files: Mapping[str, Any], schema_of: dict[Any, Any]) -> dict[str, object]:
    """A body in one of several media types; those without a struct are any bytes."""
    binary = {"type": "string", "format": "binary"}
    return {
        media_type: {"schema": binary if form is None else schema_of[form]}
        for media_type, form in files.items()
    }


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
            case Mapping():
                answer["content"] = _contents(form, schema_of)
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
