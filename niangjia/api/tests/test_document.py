"""The OpenAPI document: sound, complete, and with names that stay."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from ninja import Schema
from schemathesis.specs.openapi.definitions import OPENAPI_31

METHODS = {"get", "post", "put", "patch", "delete"}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((path, method, methods[method]) for method in METHODS & methods.keys())


def incomplete(method: str, operation: dict[str, Any]) -> list[str]:
    """What an operation lacks."""
    responses = operation.get("responses", {})
    wanted = {"422"} | ({"401", "403"} if operation.get("security") else set())
    if operation.get("operationId") == "lane_queue":  # it takes nothing but the pass, and whoever holds one may look
        wanted = {"401"}
    if method != "get":
        wanted |= {"404"} | ({"409", "400"} if operation["operationId"] != "lane_book" else {"409"})
    missing = [status for status in sorted(wanted) if responses.get(status, {}).get("content") != PROBLEM]
    words = operation.get("summary", "")
    unnamed = not words or words == operation["operationId"].title().replace("_", " ")
    said = any("2" <= status[0] < "4" for status in responses)
    return missing + ["summary"] * unnamed + ["success"] * (not said)


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)


def test_every_operation_says_what_it_does_and_how_it_refuses(document: dict[str, Any]) -> None:
    lacking = {f"{method} {path}": incomplete(method, op) for path, method, op in operations(document)}
    assert {where: what for where, what in lacking.items() if what} == {}


@pytest.mark.parametrize(
    ("operation", "lacks"),
    [
        ({"operationId": "thing_list", "summary": "Thing List", "responses": {"200": {}}}, ["422", "summary"]),
        ({"operationId": "thing_list", "responses": {"422": {"content": PROBLEM}}}, ["summary", "success"]),
        (
            {"operationId": "a", "summary": "All things", "security": [{}], "responses": {"200": {}}},
            ["401", "403", "422"],
        ),
    ],
)
def test_what_an_operation_lacks_is_found(operation: dict[str, Any], lacks: list[str]) -> None:
    assert incomplete("get", operation) == lacks


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if not name.isidentifier()] == []


def test_shapes_have_names_of_their_own() -> None:
    """Two of one name would be written over one another in the document, and nobody would be told."""
    ours = re.compile(r"niangjia\.\w+\.(api|shapes)\b")
    named: dict[str, set[str]] = {}
    for shape in shapes(Schema):
        if ours.match(shape.__module__):
            found = shape.model_json_schema(mode="serialization")
            for name, each in {**found.pop("$defs", {}), shape.__name__: found}.items():
                named.setdefault(name, set()).add(json.dumps(each, sort_keys=True, default=str))
    assert len(named) > 100
    assert [name for name, meant in named.items() if len(meant) > 1] == []


def shapes(shape: type[Schema]) -> set[type[Schema]]:
    return {each for below in shape.__subclasses__() for each in {below} | shapes(below)}


def test_it_says_how_to_show_who_one_is(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["token"]["type"], schemes["token"]["scheme"]) == ("http", "bearer")
    assert (schemes["session"]["type"], schemes["session"]["in"]) == ("apiKey", "cookie")


def test_writes_take_a_key_that_makes_asking_again_safe(document: dict[str, Any]) -> None:
    keyed = {
        operation["operationId"]
        for _path, _method, operation in operations(document)
        if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }
    writes = {op["operationId"] for _path, method, op in operations(document) if method != "get"}
    assert keyed == writes - {"lane_book"}


def test_money_is_whole_fen(document: dict[str, Any]) -> None:
    wrong = []
    for name, schema in document["components"]["schemas"].items():
        for field, each in schema.get("properties", {}).items():
            if any(word in field for word in ("price", "amount", "cost", "fen")) and not (
                field.endswith("_fen")
                and "integer" in {each.get("type"), *(a.get("type") for a in each.get("anyOf", []))}
            ):
                wrong.append(f"{name}.{field}")
    assert wrong == []


def test_no_answer_has_room_for_a_full_number(document: dict[str, Any]) -> None:
    """Only the reveal of one person, which is recorded, gives numbers in full."""
    full = {"id_number", "phone", "home_address"}
    schemas = document["components"]["schemas"]
    outs = {name: set(schema.get("properties", {})) & full for name, schema in schemas.items() if "Out" in name}
    public_phones = {"OrganizationOut": {"phone"}, "ServicePointOut": {"phone"}}
    assert {n: f for n, f in outs.items() if f} == {"RevealedOut": {"id_number", "phone"}} | public_phones
