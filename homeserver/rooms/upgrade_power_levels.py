"""Power levels on their way from a room to the one that replaces it. Pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
"""

from collections.abc import Collection, Iterator
from typing import Final

from federation.protocol.canonical_json import MAX_INTEGER
from federation.protocol.ids import UserId
from federation.protocol.power_levels import PowerLevels, read_level
from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import JsonObject, ReadonlyJsonObject
from homeserver.rooms.create_events import CREATOR_LEVEL, TOMBSTONE_LEVEL_OF_CREATORS, default_power_levels

LEVELS: Final = ("users_default", "events_default", "state_default", "ban", "kick", "redact", "invite")
GROUPS: Final = ("users", "events", "notifications")
MEMBER_LEVEL_AFTER_UPGRADE: Final = 50


def copied_power_levels(
    version: RoomVersion, old: PowerLevels, upgrader: UserId, creators: Collection[UserId]
) -> JsonObject:
    """Return the old room's power levels as the new room's version can hold them.

    Privileged creators are not named, and the level of tombstones is raised above that of other state. Where
    the old room had such creators and the new one has none, the upgrader gets the greatest level there is.
    """
    if old.content is None:
        content = default_power_levels(version)
    else:
        content = _readable(version, old.version, old.content)
    users = {user: level for user, level in _group(content, "users").items() if user not in creators}
    if not version.privileged_creators and (old.content is None or old.version.privileged_creators):
        users[upgrader] = _greatest_level(version, content)
    content["users"] = users
    if version.privileged_creators and not old.version.privileged_creators:
        tombstone = max(old.for_event("m.room.tombstone", is_state=True), TOMBSTONE_LEVEL_OF_CREATORS)
        content["events"] = {**_group(content, "events"), "m.room.tombstone": tombstone}
    return content


def empowered(version: RoomVersion, content: JsonObject, upgrader: UserId) -> JsonObject:
    """Return power levels that let the upgrader do everything."""
    greatest = _greatest_level(version, content)
    if PowerLevels(version, content, frozenset()).user(upgrader) >= greatest:
        return content
    return {**content, "users": {**_group(content, "users"), upgrader: greatest}}


def closing_power_levels(old: PowerLevels) -> JsonObject | None:
    """Return power levels under which ordinary members send and invite no more; None: nothing to change."""
    if old.content is None:
        return None
    users_default = read_level(old.version, old.content.get("users_default")) or 0
    least = min(max(MEMBER_LEVEL_AFTER_UPGRADE, users_default + 1), MAX_INTEGER)
    events_default = read_level(old.version, old.content.get("events_default")) or 0
    closed = {"events_default": max(events_default, least), "invite": max(old.invite, least)}
    changed = {**old.content, **closed}
    return None if changed == old.content else changed


def _readable(version: RoomVersion, old_version: RoomVersion, content: ReadonlyJsonObject) -> JsonObject:
    """Turn levels written as text into numbers where the new room version asks for numbers."""
    if old_version.integer_power_levels or not version.integer_power_levels:
        return dict(content)
    readable = {name: value for name, value in content.items() if name not in (*LEVELS, *GROUPS)}
    for name in LEVELS:
        level = read_level(old_version, content.get(name))
        if level is not None:
            readable[name] = _clamped(level)
    for group in GROUPS:
        levels = {key: read_level(old_version, value) for key, value in _group(content, group).items()}
        readable[group] = {key: _clamped(level) for key, level in levels.items() if level is not None}
    return readable


def _greatest_level(version: RoomVersion, content: ReadonlyJsonObject) -> int:
    return max(CREATOR_LEVEL, *_levels(version, content))


def _levels(version: RoomVersion, content: ReadonlyJsonObject) -> Iterator[int]:
    values = [content.get(name) for name in LEVELS]
    for group in GROUPS:
        values += _group(content, group).values()
    yield from (_clamped(level) for value in values if (level := read_level(version, value)) is not None)


def _group(content: ReadonlyJsonObject, name: str) -> JsonObject:
    group = content.get(name)
    return group if isinstance(group, dict) else {}


def _clamped(level: int) -> int:
    return max(-MAX_INTEGER, min(level, MAX_INTEGER))
