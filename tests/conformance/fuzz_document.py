"""One OpenAPI document of all operations, whose parameters draw from what exists on a running server."""

from collections.abc import Iterable

from homeserver.json_types import JsonObject, JsonValue
from tests.conformance.good_requests import GOOD_REQUESTS, PATH_IDS, GoodRequest
from tests.conformance.openapi import Operation
from tests.conformance.world import World

# Requests that wait would wait for nothing.
QUERY_VALUES: dict[str, list[JsonValue]] = {
    "timeout": [0],
    "timeout_ms": [0, 1],
    "since": ["<since>"],
    "url": ["<page>", "http://127.0.0.1:1/", "http://10.0.0.1/", "no url", ""],  # nothing outside is asked
}


def build_document(operations: Iterable[Operation], world: World) -> JsonObject:
    """Return the document for schemathesis; it needs no credentials, since the caller sends them."""
    paths: JsonObject = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _definition(operation, world)
    return {"openapi": "3.1.0", "info": {"title": "Matrix", "version": "1"}, "paths": paths}


def _definition(operation: Operation, world: World) -> JsonObject:
    definition = {key: value for key, value in operation.definition.items() if key != "security"}
    good = GOOD_REQUESTS.get(operation.operation_id, GoodRequest())
    definition["parameters"] = [
        _parameter(parameter, good, world) for parameter in operation.definition.get("parameters", [])
    ]
    definition["responses"] = {"default": {"description": "Checked by the response validator"}}
    return definition


def _parameter(parameter: JsonObject, good: GoodRequest, world: World) -> JsonObject:
    name = parameter["name"]
    if parameter["in"] == "path":
        known = good.path.get(name, PATH_IDS[name])
        return {**parameter, "schema": {"enum": [world.fill_text(known) or "-", "unknown"]}}
    if name in QUERY_VALUES:
        return {**parameter, "schema": {"enum": [world.fill(value) for value in QUERY_VALUES[name]]}}
    return parameter
