"""What the specification says that each client-server operation answers: success, errors by status and code.

Named are the codes in a response's description and its examples. A response without any is named by its
status alone: whatever error it brings will do.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from homeserver.json_types import JsonObject, JsonValue
from tests.conformance.openapi import follow, load_operations, read_yaml

CODE = re.compile(r"\bM_[A-Z_]*[A-Z]\b")
FIRST_ERROR = 400
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, order=True)
class Named:
    """An answer of an operation. Status 200 stands for every success; `errcode` may be empty."""

    operation_id: str
    status: int
    errcode: str = ""

    def __str__(self) -> str:
        outcome = "success" if self.status < FIRST_ERROR else f"{self.status} {self.errcode}"
        return f"{self.operation_id} {outcome}".strip()


@cache
def load_named_answers(folder: Path) -> tuple[Named, ...]:
    """Read what every operation of the client-server API is said to answer, sorted within each operation."""
    responses = {
        item[method]["operationId"]: (file, item[method]["responses"])
        for file in sorted((folder / "api" / "client-server").glob("*.yaml"))
        for item in read_yaml(file)["paths"].values()
        for method in item
        if isinstance(item[method], dict) and "operationId" in item[method]
    }
    return tuple(
        answer
        for operation in load_operations(folder)
        for answer in _answers_of(operation.operation_id, *responses[operation.operation_id])
    )


def read_known_gaps(file: Path) -> dict[str, str]:
    """Read `answer: reason` lines; lines that begin with # and empty ones say nothing."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return {answer: reason.strip() for answer, _, reason in (line.partition(":") for line in lines)}


def unseen(expected: Iterable[Named], seen: Set[Named]) -> list[Named]:
    """Return the expected answers that are not among those seen."""
    by_status = {(answer.operation_id, answer.status) for answer in seen}
    return [
        answer
        for answer in expected
        if answer not in seen and (answer.errcode or (answer.operation_id, answer.status) not in by_status)
    ]


def _answers_of(operation_id: str, file: Path, responses: JsonObject) -> Iterator[Named]:
    yield Named(operation_id, 200)
    for status, response in responses.items():
        if int(status) >= FIRST_ERROR:
            for errcode in sorted(_codes_of(int(status), response, file)):
                yield Named(operation_id, int(status), errcode)


def _codes_of(status: int, response: JsonObject, file: Path) -> set[str]:
    if status == TOO_MANY_REQUESTS:
        return {"M_LIMIT_EXCEEDED"}
    response, file = _followed(response, file)
    content: JsonObject = response.get("content", {}).get("application/json", {})
    examples = [value for key, value in content.items() if key != "schema"]
    texts = [str(response.get("description", "")), *_texts(examples, file)]
    return {code for text in texts for code in CODE.findall(text)} or {""}


def _followed(response: JsonObject, file: Path) -> tuple[JsonObject, Path]:
    if "$ref" not in response:
        return response, file
    shared, file = follow(response["$ref"], file)
    assert isinstance(shared, dict)
    return shared, file


def _texts(node: JsonValue, file: Path) -> Iterator[str]:
    """Yield every text within an example, those of the files it refers to as well."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item, file)
    elif isinstance(node, dict) and "$ref" in node:
        yield from _texts(*follow(str(node["$ref"]), file))
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value, file)
