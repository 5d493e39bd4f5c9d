"""Checks every response that a test sees against the specification's schema of it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from homeserver.json_types import JsonObject, JsonValue
from tests.conformance.openapi import Operation, load_error_schema, load_operations, path_pattern, spec_data


class ResponseDiffers(AssertionError):
    """A response is not what the specification says of it."""


@dataclass(frozen=True)
class Answer:
    """What is checked: `body` is decoded JSON, `path` as it was on the request line, without its query."""

    method: str
    path: str
    status: int
    body: JsonValue


class ResponseValidator:
    """Finds a request's operation and holds the response against it."""

    def __init__(self, folder: Path) -> None:
        operations = load_operations(folder)
        # Literal segments win over variables: /devices/{deviceId} must not take what is another path's own.
        ordered = sorted(operations, key=lambda operation: operation.path.count("{"))
        self._routes = [(operation.method, path_pattern(operation.path), operation) for operation in ordered]
        self._error = Draft202012Validator(load_error_schema(folder))
        (self._deleting,) = [each for each in operations if each.operation_id == "deleteDevice"]
        self._validators: dict[tuple[str, int], Draft202012Validator | None] = {}

    def validate(self, method: str, path: str, status: int, json: JsonValue) -> str | None:
        """Check one JSON response; return its operation id, None for a path the specification does not have.

        Raises: ResponseDiffers, naming the operation, the place in the body and the rule.
        """
        operation = self.find_operation(method, path)
        if operation is None:
            return None
        answer = Answer(method, path, status, json)
        problem = self._documented_problem(operation, answer)
        if problem is not None and status >= 400:
            # Any endpoint may answer the errors that are common to all.
            common = _problem(self._error, json)
            problem = None if common is None or self._is_challenge(operation, answer) else problem
        if problem is not None:
            raise ResponseDiffers(_describe(operation, answer, problem))
        return operation.operation_id

    def _is_challenge(self, operation: Operation, answer: Answer) -> bool:
        """Tell whether user-interactive authentication is asked for where only the text speaks of it."""
        if (operation.operation_id, answer.status) != ("uploadCrossSigningKeys", 401):
            return False
        return self._documented_problem(self._deleting, answer) is None

    def find_operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is for."""
        bare_path = path.partition("?")[0]
        for route_method, pattern, operation in self._routes:
            if route_method == method and pattern.fullmatch(bare_path):
                return operation
        return None

    def _documented_problem(self, operation: Operation, answer: Answer) -> ValidationError | str | None:
        response = operation.response(answer.status)
        if response is None:
            return f"the specification names no status {answer.status} here"
        key = (operation.operation_id, answer.status)
        if key not in self._validators:
            self._validators[key] = _compile(response)
        validator = self._validators[key]
        return None if validator is None else _problem(validator, _room_events_only(operation, answer.body))


@cache
def response_validator() -> ResponseValidator | None:
    """Return the validator of the folder the environment names, None when it names none."""
    folder = spec_data()
    return None if folder is None else ResponseValidator(folder)


def _compile(response: JsonObject) -> Draft202012Validator | None:
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    return None if schema is None else Draft202012Validator(schema)


def _room_events_only(operation: Operation, body: JsonValue) -> JsonValue:
    """Leave out of a chunk of `/events` what has no event id.

    Its schema knows events of rooms alone; the text has account data come there as well.
    """
    if operation.operation_id not in ("getEvents", "peekEvents") or not isinstance(body, dict):
        return body
    chunk = body.get("chunk")
    if not isinstance(chunk, list):
        return body
    return {**body, "chunk": [e for e in chunk if not isinstance(e, dict) or "event_id" in e]}


def _problem(validator: Draft202012Validator, body: JsonValue) -> ValidationError | None:
    if validator.is_valid(body):
        return None
    error = best_match(validator.iter_errors(body))
    assert isinstance(error, ValidationError)
    return error


def _describe(operation: Operation, answer: Answer, problem: ValidationError | str) -> str:
    head = f"{operation.operation_id}: {answer.method} {answer.path} answered {answer.status}"
    if isinstance(problem, str):
        return f"{head}: {problem}; body: {_shorten(answer.body)}"
    return f"{head}: {problem.json_path}: {problem.message[:300]}; there: {_shorten(problem.instance)}"


def _shorten(value: JsonValue) -> str:
    return re.sub(r"\s+", " ", repr(value))[:300]
