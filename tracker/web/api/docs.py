"""The description of the API: as OpenAPI for programs, as a page for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, request

from tracker.web.context import requires
from tracker.workspaces.domain import Role

blueprint = Blueprint("api", __name__, url_prefix="/api")

METHODS = ("get", "post", "patch", "put", "delete")


@blueprint.get("/openapi.json")
@requires(Role.VIEWER)
def openapi():
    """Describe every endpoint in OpenAPI 3."""
    return jsonify(_description())


@blueprint.get("/docs")
@requires(Role.VIEWER)
def page():
    """Show every endpoint, what it takes and what it gives."""
    description = _description()
    families = [
        {
            "name": tag["name"].removeprefix("api-"),
            "description": tag["description"],
            "operations": list(_operations(description, tag["name"])),
        }
        for tag in description["tags"]
    ]
    return render_template(
        "api/docs.html",
        families=families,
        count=sum(len(family["operations"]) for family in families),
        address=current_app.extensions["settings"].public_url or request.url_root.rstrip("/"),
    )


def _description() -> dict[str, Any]:
    spec: dict[str, Any] = current_app.extensions["api"].spec.to_dict()
    return spec


def _operations(description: Mapping[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    schemas = description["components"]["schemas"]
    for path, item in description["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None or tag not in operation["tags"]:
                continue
            parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
            yield {
                "id": _anchor(method, path),
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "parameters": [_parameter(parameter) for parameter in parameters],
                "body": _fields(schemas, _schema_of(operation.get("requestBody", {}))),
                "gives": _fields(schemas, _schema_of(_success(operation))),
            }


def _anchor(method: str, path: str) -> str:
    words = path.replace("{", "").replace("}", "").strip("/").split("/")
    return "-".join((method, *words[2:]))


def _success(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        (answer for code, answer in operation["responses"].items() if code.startswith("2")), {}
    )
    return found


def _schema_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = content.get("content", {}).get("application/json", {})
    return schema.get("schema", {})


def _parameter(parameter: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": parameter["name"],
        "type": _type(parameter.get("schema", {})),
        "must": "required" if parameter.get("required") else "",
        "description": parameter.get("description", ""),
    }


def _fields(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the fields of a schema, those of nested ones with their way in front."""
    return list(_walk(schemas, schema, ""))


def _walk(
    schemas: Mapping[str, Any], schema: Mapping[str, Any], way: str
) -> Iterator[dict[str, str]]:
    schema, way = _resolve(schemas, schema, way)
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": way + name,
            "type": _type(field),
            "must": "required" if name in required else "",
            "description": field.get("description", ""),
        }
        yield from _walk(schemas, field, f"{way}{name}.")


def _resolve(
    schemas: Mapping[str, Any], schema: Mapping[str, Any], way: str
) -> tuple[Mapping[str, Any], str]:
    if "items" in schema:
        schema, way = schema["items"], way.removesuffix(".") + "[]."
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        schema = part if "$ref" in part else schema
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema, way


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None)
    if "items" in schema:
        return "list"
    kind = schema.get("format") or schema.get("type") or "object"
    is_nullable = schema.get("nullable") or "anyOf" in schema
    return f"{kind}, or null" if is_nullable else str(kind)
