"""What this run of the tests has seen the server answer, by operation of the specification.

Every answer that an `ApiClient` or the OpenAPI fuzz gets is noted; nothing where PARLOUR_SPEC_DATA is unset.
"""

from typing import Final

from homeserver.json_types import JsonValue
from tests.conformance.named_answers import FIRST_ERROR, Named
from tests.conformance.response_validator import response_validator

SEEN: Final[set[Named]] = set()


def note_answer(method: str, path: str, status: int, body: JsonValue = None) -> None:
    """Note the status of an answer and its error code; `path` is raw, perhaps with a query."""
    validator = response_validator()
    operation = validator.find_operation(method, path) if validator else None
    if operation is None:
        return
    if status < FIRST_ERROR:
        SEEN.add(Named(operation.operation_id, 200))
        return
    errcode = body.get("errcode") if isinstance(body, dict) else None
    SEEN.add(Named(operation.operation_id, status, errcode if isinstance(errcode, str) else ""))
