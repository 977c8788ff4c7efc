"""What no database can hold, in every field that programs send: it is taken without it or refused, never an error."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from heedful.act import cases
from heedful.associates import keys
from heedful.associates.models import Key
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble
from tests.cast import NOON

DESCRIPTION = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
NUL = "a\x00b"


def bodies(schema: dict[str, Any]) -> Iterator[Any]:
    """Bodies that a schema describes, in each of which one text is spoiled; the first is whole."""
    if "$ref" in schema:
        yield from bodies(DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    elif some := schema.get("anyOf") or schema.get("allOf"):
        yield from bodies(some[0])
    elif schema.get("type") == "object":
        parts = {name: list(bodies(part)) for name, part in schema.get("properties", {}).items()}
        whole = {name: part[0] for name, part in parts.items()}
        yield whole
        yield from ({**whole, name: spoiled} for name, part in parts.items() for spoiled in part[1:])
        if schema.get("additionalProperties"):
            yield from ({**whole, NUL: NUL}, {**whole, "a": {"b": [NUL]}})
    elif schema.get("type") == "array":
        yield from ([part] for part in bodies(schema["items"]))
    else:
        yield from plain(schema)


def plain(schema: dict[str, Any]) -> Iterator[Any]:
    match schema:
        case {"enum": [first, *_]} | {"const": first}:
            yield from (first, NUL)
        case {"type": "string", "format": "date-time"}:
            yield from ("2026-03-01T10:00:00Z", NUL)
        case {"type": "string"}:
            yield from ("a", NUL)
        case {"type": "integer" | "number"}:
            yield from (schema.get("minimum", 1), NUL)
        case {"type": "boolean"}:
            yield from (True, NUL)
        case _:
            yield from (None, NUL)


OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS])
def test_no_operation_breaks_down_over_what_is_sent(
    client: Client, alice: Customer, method: str, path: str, operation: dict[str, Any]
) -> None:
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)
    client.raise_request_exception = False
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    case = cases.open_for_trouble(trouble=Trouble("test:1", alice.pk, 2, "Low", NOON), by=SYSTEM, at=NOON)
    number = str(case.pk if "/cases/" in path else alice.pk)
    address = path.replace("{pk}", number).replace("{merge_pk}", "1").replace("{slug}", "a%00b")
    address = address.replace("{question}", "a%00b")
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    asked = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    sent = [(f"{address}?{name}=a%00b", b"") for name in asked] or [(address, b"")]
    if schema:
        sent = [(address, json.dumps(body).encode()) for body in bodies(schema)]
        assert len(sent) > 1
    for where, body in sent:
        status = client.generic(method, where, body, content_type="application/json").status_code
        assert status < 500, (where, body)
