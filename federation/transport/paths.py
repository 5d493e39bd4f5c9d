"""Paths and queries of requests, encoded once and for all: what is signed is what is sent.

Spec: https://spec.matrix.org/v1.19/appendices/#security-threat-model
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote, urlencode

Query: TypeAlias = Mapping[str, "str | int | bool | Sequence[str]"]


def fill(template: str, *values: str) -> str:
    """Return the path that a template such as `/_matrix/federation/v1/event/{}` makes with some values.

    The values are percent-encoded, slashes too. `.` and `..` would be taken for steps of the path.

    Raises: ValueError for these two and for lone surrogates.
    """
    if "." in values or ".." in values:
        raise ValueError("a path segment may not be . or ..")
    return template.format(*(quote(value, safe="") for value in values))


def request_target(path: str, query: Query | None = None) -> str:
    """Return the path with its query, as it stands in the request line and in the signature."""
    if not query:
        return path
    pairs = [(name, text) for name, value in query.items() for text in _texts(value)]
    return f"{path}?{urlencode(pairs, quote_via=quote)}"


def _texts(value: str | int | bool | Sequence[str]) -> Sequence[str]:
    match value:
        case str():
            return [value]
        case bool():
            return ["true" if value else "false"]
        case int():
            return [str(value)]
        case _:
            return value
