"""The specification's client-server OpenAPI files, read into operations whose references are resolved.

The files are not part of this project; `PARLOUR_SPEC_DATA` names the folder that holds them.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from homeserver.json_types import JsonObject, JsonValue

VARIABLE = "PARLOUR_SPEC_DATA"
UNSET = (
    f"{VARIABLE} is unset: it names a folder with the Matrix specification's OpenAPI files and schemas"
    " (api/, event-schemas/, schemas/); see docs/conformance.md"
)
METHODS = ("get", "put", "post", "delete", "patch")
# Prose and examples, which are left out; under `properties` the same words are names.
ANNOTATIONS = frozenset({"description", "example", "examples", "summary", "title", "default"})


@dataclass(frozen=True)
class Operation:
    """One method on one path template, its OpenAPI object free of references."""

    operation_id: str
    method: str
    path: str
    definition: JsonObject

    def response(self, status: int) -> JsonObject | None:
        """Return the documented response for a status, None when the specification does not name it."""
        responses: dict[str, JsonObject] = self.definition["responses"]
        return responses.get(str(status)) or responses.get(f"{status // 100}XX")


def spec_data() -> Path | None:
    """Return the folder named by the environment, None when it names none."""
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


@cache
def load_operations(folder: Path) -> tuple[Operation, ...]:
    """Read every operation of the client-server API."""
    files = sorted((folder / "api" / "client-server").glob("*.yaml"))
    if not files:
        raise FileNotFoundError(f"{VARIABLE}={folder} holds no api/client-server/*.yaml")
    operations = [operation for file in files for operation in _operations_of(file)]
    # An endpoint that two files describe (an invite by id, or by e-mail) is known by the first one's name.
    first = {(operation.method, operation.path): operation for operation in reversed(operations)}
    return tuple(operation for operation in operations if operation in first.values())


@cache
def load_error_schema(folder: Path) -> JsonObject:
    """Read the specification's standard error response."""
    file = folder / "api" / "client-server" / "definitions" / "errors" / "error.yaml"
    schema = _resolve(read_yaml(file), file, ())
    assert isinstance(schema, dict)
    return schema


@cache
def read_yaml(file: Path) -> JsonObject:
    """Read one of the specification's files as it is."""
    document = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
    assert isinstance(document, dict)
    return document


def follow(reference: str, file: Path) -> tuple[JsonValue, Path]:
    """Return what a reference in a file points to, as it is, and the file that holds it."""
    target_file, pointer = _target_of(reference, file)
    return _pointed_to(target_file, pointer), target_file


def path_pattern(template: str) -> re.Pattern[str]:
    """Return the pattern of the raw, percent-encoded paths that a template stands for."""
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]*".join(re.escape(part) for part in parts))


def _operations_of(file: Path) -> Iterator[Operation]:
    document = read_yaml(file)
    base_path = document["servers"][0]["variables"]["basePath"]["default"]
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                definition = _resolve(item[method], file, ())
                assert isinstance(definition, dict)
                name = str(definition["operationId"])
                yield Operation(name, method.upper(), base_path + path.strip(), definition)


def _resolve(node: JsonValue, file: Path, within: tuple[str, ...]) -> JsonValue:
    """Return the node with every reference replaced by what it points to, prose and examples left out."""
    if isinstance(node, list):
        return [_resolve(item, file, within) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return _resolve_reference(node, file, within)
    return {
        str(key): _resolve_names(value, file, within)
        if key in ("properties", "patternProperties")
        else _resolve(value, file, within)
        for key, value in node.items()
        if key not in ANNOTATIONS and not str(key).startswith("x-")
    }


def _resolve_names(node: JsonValue, file: Path, within: tuple[str, ...]) -> JsonValue:
    assert isinstance(node, dict)
    return {name: _resolve(schema, file, within) for name, schema in node.items()}


def _resolve_reference(node: JsonObject, file: Path, within: tuple[str, ...]) -> JsonValue:
    target_file, pointer = _target_of(node["$ref"], file)
    key = f"{target_file}#{pointer}"
    # A schema inside itself (an event in an event's `unsigned`) is checked one level deep; what two requests
    # borrow from the identity service need not be there.
    if key in within or not target_file.exists():
        return {}
    resolved = _resolve(_pointed_to(target_file, pointer), target_file, (*within, key))
    siblings = {name: value for name, value in node.items() if name != "$ref"}
    extra = _resolve(siblings, file, within)
    return {"allOf": [resolved, extra]} if extra else resolved


def _target_of(reference: str, file: Path) -> tuple[Path, str]:
    location, _, pointer = reference.partition("#")
    return (file.parent / location).resolve() if location else file, pointer


def _pointed_to(file: Path, pointer: str) -> JsonValue:
    target: JsonValue = read_yaml(file)
    for step in pointer.strip("/").split("/") if pointer else ():
        assert isinstance(target, dict)
        target = target[step]
    return target
