"""The conditions of push rules, prepared once and asked of many events.

Spec: https://spec.matrix.org/v1.19/client-server-api/#conditions-1
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.push.globs import compile_glob
from client_desktop.core.push.views import BODY, EventView, RoomView, parse_path

Condition: TypeAlias = Callable[[EventView, RoomView], bool]
"""Whether something holds of an event in a room."""

_MEMBER_COUNT = re.compile(r"(==|<=|>=|<|>)?([0-9]{1,15})", re.ASCII)
_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "": operator.eq,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compile_condition(condition: ReadonlyJsonObject) -> Condition:
    """Prepare a condition; one that is not known, or malformed, never holds."""
    kind = condition.get("kind")
    compiler = _COMPILERS.get(kind) if isinstance(kind, str) else None
    return compiler(condition) if compiler else never


def never(event: EventView, room: RoomView) -> bool:
    """Hold of nothing."""
    return False


def match_glob(key: str, pattern: str) -> Condition:
    """Hold where a pattern fits a text, or words of the body."""
    path, glob = parse_path(key), compile_glob(pattern)
    fits = glob.matches_words if path == BODY else glob.matches

    def holds(event: EventView, room: RoomView) -> bool:
        _, value = event.property(path)
        return isinstance(value, str) and fits(value)

    return holds


def _event_match(condition: ReadonlyJsonObject) -> Condition:
    key, pattern = condition.get("key"), condition.get("pattern")
    return match_glob(key, pattern) if isinstance(key, str) and isinstance(pattern, str) else never


def _event_property_is(condition: ReadonlyJsonObject) -> Condition:
    key = condition.get("key")
    if not isinstance(key, str) or not _is_simple(condition.get("value", ())):
        return never
    path, wanted = parse_path(key), condition.get("value")

    def holds(event: EventView, room: RoomView) -> bool:
        exists, value = event.property(path)
        return exists and _is_same(value, wanted)

    return holds


def _event_property_contains(condition: ReadonlyJsonObject) -> Condition:
    key = condition.get("key")
    if not isinstance(key, str) or not _is_simple(condition.get("value", ())):
        return never
    path, wanted = parse_path(key), condition.get("value")

    def holds(event: EventView, room: RoomView) -> bool:
        _, value = event.property(path)
        return isinstance(value, list) and any(_is_same(member, wanted) for member in value)

    return holds


def _contains_display_name(condition: ReadonlyJsonObject) -> Condition:
    def holds(event: EventView, room: RoomView) -> bool:
        _, body = event.property(BODY)
        if not isinstance(body, str) or not room.display_name:
            return False
        return compile_glob(room.display_name, literally=True).matches_words(body)

    return holds


def _room_member_count(condition: ReadonlyJsonObject) -> Condition:
    wanted = condition.get("is")
    found = _MEMBER_COUNT.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is None:
        return never
    compare, count = _COMPARISONS[found[1] or ""], int(found[2])
    return lambda event, room: compare(room.member_count, count)


def _sender_notification_permission(condition: ReadonlyJsonObject) -> Condition:
    key = condition.get("key")
    return (lambda event, room: room.may_notify(key)) if isinstance(key, str) else never


_COMPILERS: Final[Mapping[str, Callable[[ReadonlyJsonObject], Condition]]] = {
    "event_match": _event_match,
    "event_property_is": _event_property_is,
    "event_property_contains": _event_property_contains,
    "contains_display_name": _contains_display_name,
    "room_member_count": _room_member_count,
    "sender_notification_permission": _sender_notification_permission,
}


def _is_simple(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int)


def _is_same(found: object, wanted: object) -> bool:
    """Compare exactly, type included: 1 is not true."""
    return type(found) is type(wanted) and found == wanted
