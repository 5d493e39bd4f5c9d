"""Reading power levels, defaults and old formats included.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from federation.protocol.auth_events import CREATE, POWER_LEVELS, StateKey
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion

# Above every level that can be written down; an integer, so that levels stay integers.
INFINITE_LEVEL: Final = 2**62
CREATOR_LEVEL: Final = 100
DEFAULT_LEVELS: Final[Mapping[str, int]] = {
    "users_default": 0,
    "events_default": 0,
    "state_default": 50,
    "ban": 50,
    "redact": 50,
    "kick": 50,
    "invite": 0,
}
DEFAULT_NOTIFICATION_LEVEL: Final = 50

# int() refuses longer texts, and so do we.
_MAX_DIGITS: Final = 4300
_INTEGER_TEXT = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class PowerLevels:
    """The power levels of a room at some state. Unreadable values count as absent.

    `creators` are the users above all levels, or in older room versions the one with level 100 as long as
    there is no power levels event (`content` is None).
    """

    version: RoomVersion
    content: JsonObject | None
    creators: frozenset[str]

    def user(self, user_id: str) -> int:
        """Return a user's level; INFINITE_LEVEL for privileged creators."""
        if self.version.privileged_creators and user_id in self.creators:
            return INFINITE_LEVEL
        if self.content is None:
            return CREATOR_LEVEL if user_id in self.creators else DEFAULT_LEVELS["users_default"]
        level = self._level_in("users", user_id)
        return self._named("users_default") if level is None else level

    def for_event(self, event_type: str, is_state: bool) -> int:
        """Return the level needed to send an event.

        Spec: https://spec.matrix.org/v1.19/server-server-api/#definitions
        """
        level = self._level_in("events", event_type)
        if level is not None:
            return level
        return self._named("state_default" if is_state else "events_default")

    def notifications(self, key: str) -> int:
        """Return the level needed to trigger a notification of this kind, such as `room`."""
        level = self._level_in("notifications", key)
        return DEFAULT_NOTIFICATION_LEVEL if level is None else level

    @property
    def invite(self) -> int:
        """The level needed to invite."""
        return self._named("invite")

    @property
    def kick(self) -> int:
        """The level needed to kick."""
        return self._named("kick")

    @property
    def ban(self) -> int:
        """The level needed to ban, and to lift a ban."""
        return self._named("ban")

    @property
    def redact(self) -> int:
        """The level needed to redact events of other servers' users."""
        return self._named("redact")

    def _named(self, name: str) -> int:
        level = None if self.content is None else read_level(self.version, self.content.get(name))
        return DEFAULT_LEVELS[name] if level is None else level

    def _level_in(self, group: str, key: str) -> int | None:
        levels = None if self.content is None else self.content.get(group)
        return read_level(self.version, levels.get(key)) if isinstance(levels, dict) else None


def power_levels_of(version: RoomVersion, state: Mapping[StateKey, Pdu]) -> PowerLevels:
    """Read the power levels of a state, which should hold the create event."""
    event = state.get(POWER_LEVELS)
    create = state.get(CREATE)
    return PowerLevels(
        version,
        None if event is None else event.content,
        frozenset() if create is None else creators_of(version, create),
    )


def creators_of(version: RoomVersion, create: Pdu) -> frozenset[str]:
    """Return the room's creators, additional ones included where the room version has them.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    creator: JsonValue = create.sender if version.implicit_room_creator else create.content.get("creator")
    additional = create.content.get("additional_creators") if version.privileged_creators else None
    creators = [creator, *additional] if isinstance(additional, list) else [creator]
    return frozenset(user_id for user_id in creators if isinstance(user_id, str))


def read_level(version: RoomVersion, value: JsonValue) -> int | None:
    """Read one power level; None when it is absent or the room version does not accept it.

    Spec: https://spec.matrix.org/v1.19/rooms/v1/#mroompower_levels-events-accept-values-as-strings
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if version.integer_power_levels:
        return None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and _INTEGER_TEXT.fullmatch(value):
        return int(value)
    return None


def read_levels(version: RoomVersion, value: JsonValue) -> dict[str, int] | None:
    """Read an object of power levels; None when it is no object or one of its values is unreadable."""
    if not isinstance(value, dict):
        return None
    levels: dict[str, int] = {}
    for key, member in value.items():
        level = read_level(version, member)
        if level is None:
            return None
        levels[key] = level
    return levels
