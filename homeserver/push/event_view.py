"""An event as the conditions of push rules look at it, and the room it is in.

Spec: https://spec.matrix.org/v1.19/appendices/#dot-separated-property-paths
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from homeserver.json_types import JsonValue, ReadonlyJsonObject
from homeserver.push.globs import WordText, fold

SHOWN: Final = frozenset(
    {"content", "event_id", "origin_server_ts", "redacts", "room_id", "sender", "state_key", "type"}
)
"""What clients see of an event; the rest of a PDU is nobody's business."""

Path: TypeAlias = tuple[str, ...]
BODY: Final[Path] = ("content", "body")


@dataclass(frozen=True, slots=True)
class RoomView:
    """What rules may ask about the room: as it is for their owner, now.

    `may_notify(sender, key)` says whether the sender's power level suffices for a kind of notification.
    """

    member_count: int
    display_name: str | None
    may_notify: Callable[[str, str], bool]


@dataclass(slots=True)
class EventView:
    """An event whose properties are looked up by path; folded texts are remembered for the next rule."""

    event: ReadonlyJsonObject
    _folded: dict[Path, str | None] = field(default_factory=dict)
    _body: WordText | None = None

    @property
    def sender(self) -> str:
        sender = self.event["sender"]
        assert isinstance(sender, str)
        return sender

    def property(self, path: Path) -> tuple[bool, JsonValue]:
        """Return whether the event has a property, and its value."""
        found: JsonValue = None
        if path[0] not in SHOWN:
            return False, None
        within: object = self.event
        for name in path:
            if not isinstance(within, dict) or name not in within:
                return False, None
            within = found = within[name]
        return True, found

    def folded(self, path: Path) -> str | None:
        """Return a text without its case; None for what is absent or no text."""
        if path not in self._folded:
            _, value = self.property(path)
            self._folded[path] = fold(value) if isinstance(value, str) else None
        return self._folded[path]

    def body(self) -> WordText | None:
        """Return the body, whose words can be asked for; None where there is none."""
        if self._body is None:
            folded = self.folded(BODY)
            self._body = None if folded is None else WordText(folded)
        return self._body


def parse_path(key: str) -> Path:
    r"""Cut a dot-separated path; `\.` and `\\` stand for a dot and a backslash in a name."""
    names = [""]
    characters = iter(key)
    for character in characters:
        if character == ".":
            names.append("")
        elif character == "\\":
            escaped = next(characters, "")
            names[-1] += escaped if escaped in (".", "\\") and escaped else "\\" + escaped
        else:
            names[-1] += character
    return tuple(names)
