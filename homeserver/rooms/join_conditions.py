"""The conditions under which a restricted room lets users in. Pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#conditions
"""

from typing import Final

from federation.protocol.ids import InvalidIdentifier, RoomId, parse_room_id
from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import ReadonlyJsonObject

MAX_CONDITIONS: Final = 100


def has_conditions(version: RoomVersion, join_rules: ReadonlyJsonObject) -> bool:
    """Tell whether the join rules let in who meets a condition, in a room version that knows such rules."""
    rule = join_rules.get("join_rule")
    if rule == "knock_restricted":
        return version.knock_restricted_joins
    return rule == "restricted" and version.restricted_joins


def allowed_rooms(join_rules: ReadonlyJsonObject) -> list[RoomId]:
    """Return the rooms whose members may join, at most `MAX_CONDITIONS`; malformed conditions are none."""
    conditions = join_rules.get("allow")
    found: dict[RoomId, None] = {}
    for condition in conditions if isinstance(conditions, list) else []:
        if not isinstance(condition, dict) or condition.get("type") != "m.room_membership":
            continue
        try:
            found[parse_room_id(str(condition.get("room_id")))] = None
        except InvalidIdentifier:
            continue
    return list(found)[:MAX_CONDITIONS]
