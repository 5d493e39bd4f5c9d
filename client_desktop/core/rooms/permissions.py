"""Who may do what in a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object, as_text, as_texts

DEFAULTS: Mapping[str, int] = {
    "users_default": 0,
    "events_default": 0,
    "state_default": 50,
    "ban": 50,
    "kick": 50,
    "redact": 50,
    "invite": 0,
}
VERSIONS_WITHOUT_PRIVILEGE = frozenset(str(number) for number in range(1, 12))
PRIVILEGED_UNSTABLE = "org.matrix.hydra.11"
LONGEST_LEVEL = 17


@dataclass(frozen=True, slots=True)
class Permissions:
    """The rights of one user in one room, as its state says. The server has the last word."""

    user_id: str
    joined: bool
    creators: frozenset[str] = frozenset()
    """Whose power is infinite: nobody before room version 12."""
    users: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=lambda: DEFAULTS)
    """The defaults and the levels of acts: `users_default`, `ban`, …"""
    room_mention_level: int = 50

    @property
    def own_level(self) -> float:
        return self.level_of(self.user_id)

    def level_of(self, user_id: str) -> float:
        """Give somebody's power level; `inf` for creators of rooms of version 12 and later."""
        if user_id in self.creators:
            return inf
        return self.users.get(user_id, self.levels["users_default"])

    def level_to_send(self, event_type: str, *, state: bool = False) -> int:
        """Give the level that sending an event needs."""
        return self.events.get(event_type, self.levels["state_default" if state else "events_default"])

    def may_send(self, event_type: str = "m.room.message") -> bool:
        """Tell whether the user may send a message event of this type."""
        return self.joined and self.own_level >= self.level_to_send(event_type)

    def may_state(self, event_type: str) -> bool:
        """Tell whether the user may set state of this type."""
        return self.joined and self.own_level >= self.level_to_send(event_type, state=True)

    def may_redact(self, sender: str | None = None) -> bool:
        """Tell whether the user may redact an event of `sender`; of anybody where None."""
        may = self.may_send("m.room.redaction")
        return may and (sender == self.user_id or self.own_level >= self.levels["redact"])

    def may_invite(self) -> bool:
        return self.joined and self.own_level >= self.levels["invite"]

    def may_kick(self, target: str | None = None) -> bool:
        """Tell whether the user may remove somebody: only those who have less power."""
        return self._may_remove("kick", target)

    def may_ban(self, target: str | None = None) -> bool:
        """Tell whether the user may ban somebody: only those who have less power."""
        return self._may_remove("ban", target)

    def may_unban(self, target: str | None = None) -> bool:
        """Tell whether the user may lift a ban, which needs the right to kick as well."""
        return self._may_remove("ban", target) and self._may_remove("kick", target)

    def may_mention_room(self) -> bool:
        """Tell whether `@room` notifies everybody."""
        return self.may_send() and self.own_level >= self.room_mention_level

    def may_upgrade(self) -> bool:
        return self.may_state("m.room.tombstone")

    def may_set_level(self, target: str, level: int) -> bool:
        """Tell whether the user may give somebody this level: not above the own, nor to one's equals."""
        if not self.may_state("m.room.power_levels") or target in self.creators or level > self.own_level:
            return False
        return target == self.user_id or self.level_of(target) < self.own_level

    def _may_remove(self, act: str, target: str | None) -> bool:
        if not self.joined or self.own_level < self.levels[act]:
            return False
        return target is None or self.level_of(target) < self.own_level


def read_permissions(
    user_id: str,
    joined: bool,
    create: ReadonlyJsonObject,
    power_levels: ReadonlyJsonObject | None,
) -> Permissions:
    """Read them from the `m.room.create` event and the content of `m.room.power_levels`, None without one."""
    creators = room_creators(create)
    privileged = has_privileged_creators(create)
    if power_levels is None:
        users = {} if privileged else dict.fromkeys(creators, 100)
        return Permissions(user_id, joined, creators if privileged else frozenset(), users)
    content = as_object(power_levels)
    return Permissions(
        user_id,
        joined,
        creators if privileged else frozenset(),
        _levels(content.get("users")),
        _levels(content.get("events")),
        {name: _level(content.get(name), default) for name, default in DEFAULTS.items()},
        _level(as_object(content.get("notifications")).get("room"), 50),
    )


def room_creators(create: ReadonlyJsonObject) -> frozenset[str]:
    """Give who made the room, as its version counts.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#room-creators
    """
    sender = as_text(create.get("sender"))
    if not has_privileged_creators(create):
        return frozenset({sender}) if sender else frozenset()
    more = as_texts(as_object(create.get("content")).get("additional_creators"))
    return frozenset({sender, *more} - {""})


def has_privileged_creators(create: ReadonlyJsonObject) -> bool:
    """Tell whether creators have infinite power: from version 12 on."""
    version = as_text(as_object(create.get("content")).get("room_version"), "1")
    if version in VERSIONS_WITHOUT_PRIVILEGE:
        return False
    return version == PRIVILEGED_UNSTABLE or version.isdecimal()


def _levels(value: object) -> dict[str, int]:
    return {name: _level(level, 0) for name, level in as_object(value).items()}


def _level(value: object, default: int) -> int:
    """Read a level, which old rooms may hold as a string."""
    if isinstance(value, str) and len(value) <= LONGEST_LEVEL:
        try:
            return int(value)
        except ValueError:
            return default
    return as_int(value, default)
