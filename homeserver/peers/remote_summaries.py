"""Reads what other servers say of rooms: only members of the specified types are handed on."""

from collections.abc import Mapping
from typing import Final

from federation.protocol.ids import InvalidIdentifier, RoomId, parse_room_id
from homeserver.json_types import JsonObject, JsonValue
from homeserver.rooms.remote_directory import RemoteSpace
from homeserver.rooms.space_children import valid_children

TEXTS: Final = (
    "name", "topic", "canonical_alias", "avatar_url", "join_rule", "room_type", "room_version", "encryption",
)  # fmt: skip
FLAGS: Final = ("world_readable", "guest_can_join")
MAX_TEXT_CHARS: Final = 4_096
MAX_CHILDREN: Final = 1_000
MAX_ALLOWED_ROOMS: Final = 100


def read_summary(told: JsonValue) -> JsonObject | None:
    """Return a room's summary as this server renders its own; None where it has no room id.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#room-summaries
    """
    if not isinstance(told, dict):
        return None
    room_id = _room_id(told.get("room_id"))
    if room_id is None:
        return None
    members = told.get("num_joined_members")
    summary: JsonObject = {
        "room_id": room_id,
        "num_joined_members": max(members, 0) if type(members) is int else 0,
    }
    summary |= {name: told.get(name) is True for name in FLAGS}
    for name in TEXTS:
        text = told.get(name)
        if isinstance(text, str) and len(text) <= MAX_TEXT_CHARS:
            summary[name] = text
    allowed = told.get("allowed_room_ids")
    if isinstance(allowed, list):
        rooms = [_room_id(room) for room in allowed[:MAX_ALLOWED_ROOMS]]
        summary["allowed_room_ids"] = [room for room in rooms if room is not None]
    return summary


def read_space(answer: Mapping[str, JsonValue], room_id: RoomId) -> RemoteSpace | None:
    """Return what a server says of a space, None where it speaks of another room."""
    told = answer.get("room")
    summary = read_summary(told)
    if summary is None or summary["room_id"] != room_id or not isinstance(told, dict):
        return None
    states = told.get("children_state")
    events = [
        event for event in (states if isinstance(states, list) else ())[:MAX_CHILDREN] if _is_stripped(event)
    ]
    children = valid_children(events, suggested_only=False)  # type: ignore[arg-type]
    known = answer.get("children")
    inaccessible = answer.get("inaccessible_children")
    summaries = [read_summary(child) for child in (known if isinstance(known, list) else ())[:MAX_CHILDREN]]
    closed = [_room_id(room) for room in (inaccessible if isinstance(inaccessible, list) else ())]
    return RemoteSpace(
        summary,
        children,
        [child for child in summaries if child is not None],
        frozenset(room for room in closed[:MAX_CHILDREN] if room is not None),
    )


def _is_stripped(event: JsonValue) -> bool:
    return (
        isinstance(event, dict)
        and all(isinstance(event.get(name), str) for name in ("type", "state_key", "sender"))
        and event["type"] == "m.space.child"
        and isinstance(event.get("content"), dict)
        and type(event.get("origin_server_ts")) is int
    )


def _room_id(value: JsonValue) -> RoomId | None:
    try:
        return parse_room_id(value) if isinstance(value, str) else None
    except InvalidIdentifier:
        return None
