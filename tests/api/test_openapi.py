"""The OpenAPI document is complete: every operation is named, explained, exemplified, with its problems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.openapi import TAGS

METHODS = {"get", "post", "put", "patch", "delete"}
OPEN = {"createToken", "healthz", "readyz", "metrics"}


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def test_every_operation_is_named_once_tagged_and_explained(document: dict[str, Any]) -> None:
    operations = dict(_operations(document))
    assert len(operations) >= 15
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    known = {tag["name"] for tag in TAGS}
    for where, operation in operations.items():
        assert set(operation["tags"]) <= known, where
        assert operation["summary"], where
        assert operation["description"], where


def test_every_json_answer_has_a_schema_with_an_example(document: dict[str, Any]) -> None:
    for where, operation in _operations(document):
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/json")
            if status.startswith("2") and content is not None:
                schema = _resolved(document, content["schema"])
                lists = schema.get("properties", {}).get("items", {}).get("items")
                exemplified = schema if lists is None else _resolved(document, lists)
                assert "examples" in schema or "examples" in exemplified, where


def test_every_operation_documents_its_problems_as_problems(document: dict[str, Any]) -> None:
    for where, operation in _operations(document):
        if operation["operationId"] not in OPEN:
            assert "401" in operation["responses"], where
            assert operation["security"] == [{"bearer": []}], where
        if operation.get("parameters") or operation.get("requestBody"):
            assert "422" in operation["responses"], where
        for status, response in operation["responses"].items():
            if status[0] in "45" and (operation["operationId"], status) != ("readyz", "503"):
                assert list(response["content"]) == ["application/problem+json"], (where, status)
                assert response["content"]["application/problem+json"]["example"]["code"], (where, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    schemas = document["components"]["schemas"]
    assert {reference.rpartition("/")[2] for reference in references(document)} <= schemas.keys()
