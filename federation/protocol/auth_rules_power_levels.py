"""The authorization rules on power levels events: rule 10 of room version 12.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from federation.protocol.auth_events import POWER_LEVELS
from federation.protocol.auth_state import AuthState, refuse
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import AuthRule, InvalidIdentifier
from federation.protocol.ids import parse_user_id
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import creators_of, read_level, read_levels
from federation.protocol.room_versions import RoomVersion

_NAMES: Final = ("users_default", "events_default", "state_default", "ban", "redact", "kick", "invite")


def check_power_levels(room: AuthState, pdu: Pdu) -> None:
    """Check a power levels event of a joined sender against the state of its room.

    Raises: AuthRuleError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    # 10.3. If users is not an object with keys that are valid user IDs and integers as values, reject.
    users = _read_users(room.version, pdu.content)
    # 10.4. If the users property contains a creator, reject.
    if room.version.privileged_creators and not creators_of(room.version, room.create).isdisjoint(users):
        refuse(AuthRule.POWER_LEVELS_NAME_CREATOR, "the power of a creator cannot be written down")
    # Before room version 10 the other levels have no format of their own, but have to be compared below.
    if not room.has_power_levels and not room.version.integer_power_levels:
        return
    # 10.1 and 10.2. If any other level is present and is not an integer, reject.
    new = _Levels.read(room.version, pdu.content, users)
    # 10.5. If there is no previous m.room.power_levels event in the room, allow.
    if not room.has_power_levels:
        return
    old = _Levels.read_tolerantly(room.version, room.state[POWER_LEVELS].content)
    level = room.power_levels().user(pdu.sender)
    # 10.6. For users_default, … invite: neither the current nor the new value may exceed the sender's level.
    _check_alterations(old.named, new.named, level)
    # 10.7 and 10.8. For each entry of events or notifications added, changed or removed: the same.
    _check_alterations(old.events, new.events, level)
    _check_alterations(old.notifications, new.notifications, level)
    _check_user_alterations(old.users, new.users, level, pdu.sender)


@dataclass(frozen=True, slots=True)
class _Levels:
    """The levels of one power levels event, by the groups in which the rules compare them."""

    named: dict[str, int]
    events: dict[str, int]
    notifications: dict[str, int]
    users: dict[str, int]

    @classmethod
    def read(cls, version: RoomVersion, content: JsonObject, users: dict[str, int]) -> _Levels:
        """Read the levels of a new event, whose `users` are read already.

        Raises: AuthRuleError when one that the room version compares cannot be read.
        """
        named = read_levels(version, {name: content[name] for name in _NAMES if name in content})
        events = read_levels(version, content.get("events", {}))
        notifications: dict[str, int] | None = {}
        if version.limit_notifications_power_levels:
            notifications = read_levels(version, content.get("notifications", {}))
        if named is None or events is None or notifications is None:
            refuse(AuthRule.POWER_LEVELS_FORMAT, "a power level is not an integer")
        return cls(named, events, notifications, users)

    @classmethod
    def read_tolerantly(cls, version: RoomVersion, content: JsonObject) -> _Levels:
        """Read the levels of an event already in the state; what cannot be read counts as absent."""

        def group(members: object) -> dict[str, int]:
            if not isinstance(members, dict):
                return {}
            levels = ((key, read_level(version, value)) for key, value in members.items())
            return {key: level for key, level in levels if level is not None}

        notifications = content.get("notifications") if version.limit_notifications_power_levels else None
        named = {name: content.get(name) for name in _NAMES}
        return cls(
            group(named), group(content.get("events")), group(notifications), group(content.get("users"))
        )


def _read_users(version: RoomVersion, content: JsonObject) -> dict[str, int]:
    users = read_levels(version, content.get("users", {}))
    if users is None:
        refuse(AuthRule.POWER_LEVELS_FORMAT, "the power level of a user is not an integer")
    for user_id in users:
        try:
            parse_user_id(user_id)
        except InvalidIdentifier as error:
            refuse(AuthRule.POWER_LEVELS_FORMAT, f"users: {error}")
    return users


def _check_alterations(old: dict[str, int], new: dict[str, int], level: int) -> None:
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if (before is not None and before > level) or (after is not None and after > level):
            refuse(AuthRule.POWER_LEVELS_ALTERATION, "a level above the sender's cannot be altered or given")


def _check_user_alterations(old: dict[str, int], new: dict[str, int], level: int, sender: str) -> None:
    for user_id in old.keys() | new.keys():
        before, after = old.get(user_id), new.get(user_id)
        if before == after:
            continue
        # 10.9. If the current value of another user is greater than or equal to the sender's level, reject.
        if user_id != sender and before is not None and before >= level:
            refuse(AuthRule.POWER_LEVELS_ALTERATION, "the level of a user as powerful cannot be altered")
        # 10.10. If the new value is greater than the sender's level, reject.
        if after is not None and after > level:
            refuse(AuthRule.POWER_LEVELS_ALTERATION, "a level above the sender's cannot be given")
