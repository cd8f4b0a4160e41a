"""The reference of the interface, rendered from its own OpenAPI document."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.openapi import describe
from api.pages.rendering import page

router: Final = APIRouter(include_in_schema=False)


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    """Every call, with its body, its example and its answers."""
    document = describe(request.app)
    return page(request, "engineers/reference.html", groups=_groups(document))


def _groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls by tag, in the order of the document's tags."""
    found: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "about": tag["description"], "calls": []}
        for tag in document["tags"]
    }
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            if method in ("get", "post", "put", "delete", "patch"):
                found[call["tags"][0]]["calls"].append(_call(document, method, path, call))
    return [group for group in found.values() if group["calls"]]


def _call(document: dict[str, Any], method: str, path: str, call: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": call.get("operationId", f"{method}-{path}"),
        "method": method.upper(),
        "path": path,
        "summary": call.get("summary", ""),
        "description": call.get("description", ""),
        "parameters": call.get("parameters", []),
        "example": _example(document, call),
        "answers": [(status, answer["description"]) for status, answer in call["responses"].items()],
    }


def _example(document: dict[str, Any], call: dict[str, Any]) -> str | None:
    """The first example of a JSON body, as text."""
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    schemas = document["components"]["schemas"]
    examples = (schemas.get(name, {}) if name else schema).get("examples")
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else None
