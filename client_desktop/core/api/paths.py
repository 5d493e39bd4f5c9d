"""Paths and queries of requests, percent-encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote, urlencode

QueryValue: TypeAlias = str | int | bool | Sequence[str] | None
Query: TypeAlias = Mapping[str, QueryValue]


def path(template: str, *parts: str) -> str:
    """Put parts, percent-encoded, into the `{}` of a template: `path("/rooms/{}/join", room_id)`.

    A part is one segment whatever it holds: slashes, a question mark, dots.
    """
    return template.format(*map(_encode_segment, parts))


def encode_query(query: Query | None) -> str:
    """Write a query with its `?`; members that are None are left out, lists repeat their key."""
    pairs: list[tuple[str, str]] = []
    for key, value in (query or {}).items():
        pairs.extend((key, text) for text in _query_texts(value))
    return f"?{urlencode(pairs)}" if pairs else ""


def _encode_segment(part: str) -> str:
    if part in (".", ".."):
        return part.replace(".", "%2E")
    return quote(part, safe="")


def _query_texts(value: QueryValue) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int):
        return [str(value)]
    return list(value)
