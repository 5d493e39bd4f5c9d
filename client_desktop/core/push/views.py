"""What push rules look at: an event, and the room it is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object

Path: TypeAlias = tuple[str, ...]

BODY: Final[Path] = ("content", "body")
DEFAULT_NOTIFY_LEVEL: Final = 50


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as rules see it: decrypted where it was encrypted."""

    room_id: str
    event_id: str
    type: str
    sender: str
    content: ReadonlyJsonObject
    state_key: str | None = None

    def property(self, path: Path) -> tuple[bool, object]:
        """Tell whether the event has a property, and its value."""
        head, *rest = path
        if head == "content":
            return _follow(self.content, rest)
        value = self._outer().get(head) if not rest else None
        return value is not None, value

    def _outer(self) -> dict[str, str | None]:
        return {
            "type": self.type,
            "sender": self.sender,
            "room_id": self.room_id,
            "event_id": self.event_id,
            "state_key": self.state_key,
        }


@dataclass(frozen=True, slots=True)
class RoomView:
    """What rules need to know of a room."""

    display_name: str
    """Of the rules' owner in this room; empty where there is none."""
    member_count: int
    """People who joined."""
    power_levels: ReadonlyJsonObject
    """Content of `m.room.power_levels`."""
    sender_level: float
    """Of the event's sender."""

    def may_notify(self, key: str) -> bool:
        """Tell whether the sender may trigger this kind of notification."""
        notifications = as_object(self.power_levels.get("notifications"))
        return self.sender_level >= as_int(notifications.get(key), DEFAULT_NOTIFY_LEVEL)


def parse_path(key: str) -> Path:
    """Read a dot-separated property path.

    Spec: https://spec.matrix.org/v1.19/appendices/#dot-separated-property-paths
    """
    parts = [""]
    letters = iter(key)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            parts[-1] += escaped if escaped in (".", "\\") else letter + escaped
        elif letter == ".":
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(parts)


def _follow(content: ReadonlyJsonObject, path: list[str]) -> tuple[bool, object]:
    value: object = content
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False, None
        value = value[name]
    return True, value
