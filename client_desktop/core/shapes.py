"""Read what a server or a sender says without believing its shape.

Each function answers with a value of the wanted kind, whatever it was given: what has another shape counts
as not said. Nothing here raises.
"""

from __future__ import annotations

from math import isfinite

from client_desktop.core.json_types import JsonObject

MAX_INTEGER = 2**53 - 1
"""The largest integer that JSON carries everywhere."""


def as_object(value: object) -> JsonObject:
    """Give the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Give the list, or an empty one."""
    return value if isinstance(value, list) else []


def as_objects(value: object) -> list[JsonObject]:
    """Give the objects of a list, leaving out what is none."""
    return [member for member in as_list(value) if isinstance(member, dict)]


def as_text(value: object, default: str = "", *, limit: int | None = None) -> str:
    """Give the string, cut at `limit` characters, or the default."""
    return value[:limit] if isinstance(value, str) else default


def as_optional_text(value: object, *, limit: int | None = None) -> str | None:
    """Give the string, cut at `limit` characters; None where there is none or an empty one."""
    return as_text(value, limit=limit) or None


def as_texts(value: object) -> tuple[str, ...]:
    """Give the strings of a list, leaving out what is none."""
    return tuple(member for member in as_list(value) if isinstance(member, str))


def as_int(value: object, default: int = 0) -> int:
    """Give the integer (a whole float counts as one), or the default."""
    if isinstance(value, bool):
        return default
    if isinstance(value, float) and isfinite(value) and value == int(value):
        value = int(value)
    return value if isinstance(value, int) and abs(value) <= MAX_INTEGER else default


def as_count(value: object) -> int:
    """Give how many: an integer of at least 0; 0 for what is none."""
    return max(0, as_int(value))


def as_bool(value: object, default: bool = False) -> bool:
    """Give the boolean, or the default."""
    return value if isinstance(value, bool) else default
