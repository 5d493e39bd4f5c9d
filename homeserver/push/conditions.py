"""The conditions of push rules, compiled once and asked of many events.

Spec: https://spec.matrix.org/v1.19/client-server-api/#conditions-1
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from homeserver.json_types import JsonObject
from homeserver.push.event_view import BODY, EventView, Path, RoomView, parse_path
from homeserver.push.globs import MAX_PATTERN_CHARACTERS, Glob, compile_glob

MAX_INTEGER: Final = 2**53 - 1
_MEMBER_COUNT = re.compile(r"(==|<=|>=|<|>)?([0-9]{1,15})", re.ASCII)
_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "": operator.eq,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class InvalidCondition(ValueError):
    """A condition of a known kind lacks a parameter, or has a wrong one."""


class Condition(Protocol):
    """Something that holds of an event in a room, or does not."""

    def holds(self, event: EventView, room: RoomView) -> bool: ...


@dataclass(frozen=True, slots=True)
class EventMatch:
    """`event_match`: a pattern matches a text, or words of the body."""

    path: Path
    pattern: str
    glob: Glob

    def holds(self, event: EventView, room: RoomView) -> bool:
        if self.path == BODY:
            body = event.body()
            return body is not None and self.glob.matches_words(body)
        text = event.folded(self.path)
        return text is not None and self.glob.matches(text)


@dataclass(frozen=True, slots=True)
class PropertyIs:
    """`event_property_is`: a property is exactly this value."""

    path: Path
    value: str | int | bool | None

    def holds(self, event: EventView, room: RoomView) -> bool:
        exists, found = event.property(self.path)
        return exists and is_same(found, self.value)


@dataclass(frozen=True, slots=True)
class PropertyContains:
    """`event_property_contains`: a list has exactly this value in it."""

    path: Path
    value: str | int | bool | None

    def holds(self, event: EventView, room: RoomView) -> bool:
        _, found = event.property(self.path)
        return isinstance(found, list) and any(is_same(item, self.value) for item in found)


@dataclass(frozen=True, slots=True)
class ContainsDisplayName:
    """`contains_display_name`: the body names the rule's owner. Deprecated."""

    def holds(self, event: EventView, room: RoomView) -> bool:
        body = event.body()
        if body is None or not room.display_name:
            return False
        # A name is no pattern: what stands for itself in it must not stand for anything else.
        return compile_glob(room.display_name, literally=True).matches_words(body)


@dataclass(frozen=True, slots=True)
class MemberCount:
    """`room_member_count`: the room has so many members."""

    comparison: str
    count: int

    def holds(self, event: EventView, room: RoomView) -> bool:
        return _COMPARISONS[self.comparison](room.member_count, self.count)


@dataclass(frozen=True, slots=True)
class SenderPermission:
    """`sender_notification_permission`: the sender may trigger this kind of notification."""

    key: str

    def holds(self, event: EventView, room: RoomView) -> bool:
        return room.may_notify(event.sender, self.key)


@dataclass(frozen=True, slots=True)
class Never:
    """A kind of condition that this server does not know."""

    def holds(self, event: EventView, room: RoomView) -> bool:
        return False


def compile_condition(condition: JsonObject) -> Condition:
    """Return a condition, ready to be asked.

    Raises: InvalidCondition.
    """
    match condition.get("kind"):
        case "event_match":
            pattern = _text(condition, "pattern")
            if len(pattern) > MAX_PATTERN_CHARACTERS:
                raise InvalidCondition(f"A pattern has at most {MAX_PATTERN_CHARACTERS} characters")
            return EventMatch(parse_path(_text(condition, "key")), pattern, compile_glob(pattern))
        case "event_property_is":
            return PropertyIs(parse_path(_text(condition, "key")), _value(condition))
        case "event_property_contains":
            return PropertyContains(parse_path(_text(condition, "key")), _value(condition))
        case "contains_display_name":
            return ContainsDisplayName()
        case "room_member_count":
            return _member_count(_text(condition, "is"))
        case "sender_notification_permission":
            return SenderPermission(_text(condition, "key"))
        case str():
            return Never()
        case _:
            raise InvalidCondition("A condition has a kind")


def is_same(found: object, wanted: str | int | bool | None) -> bool:
    """Whether two values are the same, type included; compound values and fractions never are."""
    return type(found) is type(wanted) and found == wanted


def _text(condition: JsonObject, name: str) -> str:
    value = condition.get(name)
    if not isinstance(value, str):
        raise InvalidCondition(f"{condition['kind']} needs {name}, a string")
    return value


def _value(condition: JsonObject) -> str | int | bool | None:
    value = condition.get("value", ())
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return value
    raise InvalidCondition(f"{condition['kind']} needs value: a string, an integer, a boolean or null")


def _member_count(text: str) -> MemberCount:
    found = _MEMBER_COUNT.fullmatch(text)
    if found is None:
        raise InvalidCondition("is must be a decimal integer, perhaps after ==, <, >, <= or >=")
    return MemberCount(found[1] or "", int(found[2]))
