"""Read an answer of simplified sliding sync."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from client_desktop.core.boundary import describe
from client_desktop.core.errors import BadAnswer
from client_desktop.core.events import is_event, is_state_event, is_stripped_state
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_count, as_object, as_objects, as_optional_text, as_text, as_texts
from client_desktop.core.sync.batch import RoomUpdate, SyncBatch
from client_desktop.core.sync.read_v3 import (
    MEMBER,
    events_that,
    is_room_id,
    members_unsaid,
    read_counts,
    read_types,
    typed_contents,
)
from client_desktop.core.values import Membership

log = logging.getLogger(__name__)

STRIPPED = ("invite_state", "stripped_state")


def read_sliding(body: JsonObject, user_id: str) -> SyncBatch:
    """Read an answer; the token is its `pos` alone. What is malformed is left out, piece by piece.

    Raises: BadAnswer when there is no position to go on from.
    """
    pos = as_optional_text(body.get("pos"))
    if pos is None:
        raise BadAnswer("a sliding sync without pos")
    extensions = as_object(body.get("extensions"))
    e2ee, account_data = as_object(extensions.get("e2ee")), as_object(extensions.get("account_data"))
    device_lists = as_object(e2ee.get("device_lists"))
    return SyncBatch(
        next_token=pos,
        rooms=_rooms(body, extensions, user_id),
        account_data=typed_contents({"events": account_data.get("global")}),
        to_device=typed_contents(extensions.get("to_device")),
        devices_changed=as_texts(device_lists.get("changed")),
        devices_left=as_texts(device_lists.get("left")),
        one_time_keys=read_counts(e2ee.get("device_one_time_keys_count")),
        fallback_key_types=read_types(e2ee, "device_unused_fallback_key_types"),
    )


def _rooms(body: JsonObject, extensions: JsonObject, user_id: str) -> dict[str, RoomUpdate]:
    updates: dict[str, RoomUpdate] = {}
    for room_id, room in as_object(body.get("rooms")).items():
        if is_room_id(room_id):
            try:
                updates[room_id] = _read_room(room_id, as_object(room), user_id)
            except Exception as error:  # noqa: BLE001 whatever one room's data does, the rest goes on
                log.error("sync: a room that cannot be read: %s", describe(error))
    for room_id, events in _by_room(extensions, "account_data").items():
        update = updates.get(room_id, RoomUpdate(room_id, None))
        updates[room_id] = replace(update, account_data=typed_contents({"events": events}))
    for name in ("receipts", "typing"):
        for room_id, event in _by_room(extensions, name).items():
            update = updates.get(room_id, RoomUpdate(room_id, None))
            ephemeral = (*update.ephemeral, *typed_contents({"events": [event]}))
            updates[room_id] = replace(update, ephemeral=ephemeral)
    return updates


def _by_room(extensions: JsonObject, name: str) -> JsonObject:
    rooms = as_object(as_object(extensions.get(name)).get("rooms"))
    return {room_id: value for room_id, value in rooms.items() if is_room_id(room_id)}


def _read_room(room_id: str, room: JsonObject, user_id: str) -> RoomUpdate:
    for name in STRIPPED:
        if isinstance(room.get(name), list):
            return _read_stripped(room_id, events_that(is_stripped_state, room[name]), user_id)
    timeline = events_that(is_event, room.get("timeline"))
    required = events_that(is_state_event, room.get("required_state"))
    initial = room.get("initial") is True
    return RoomUpdate(
        room_id,
        _membership((*timeline, *required), user_id) or Membership.JOIN,
        state=(*members_unsaid(timeline, required), *required),
        removed_state=_removed(room.get("required_state")),
        whole_state=initial,
        timeline=timeline,
        limited=room.get("limited") is True or initial,
        prev_batch=as_optional_text(room.get("prev_batch")),
        unread=_count(room, "notification_count"),
        mentions=_count(room, "highlight_count"),
        heroes=_heroes(room),
        joined_members=_count(room, "joined_count"),
        invited_members=_count(room, "invited_count"),
    )


def _read_stripped(room_id: str, state: tuple[JsonObject, ...], user_id: str) -> RoomUpdate:
    knocked = _membership(state, user_id) is Membership.KNOCK
    membership = Membership.KNOCK if knocked else Membership.INVITE
    return RoomUpdate(room_id, membership, state=state, whole_state=True)


def _membership(events: Iterable[JsonObject], user_id: str) -> Membership | None:
    """Give what the last of these events says of the user; None where none does."""
    said = ""
    for event in events:
        if event["type"] == MEMBER and event.get("state_key") == user_id:
            said = as_text(event["content"].get("membership"))
    known = {
        "join": Membership.JOIN,
        "leave": Membership.LEAVE,
        "ban": Membership.LEAVE,
        "knock": Membership.KNOCK,
    }
    return known.get(said)


def _removed(required_state: object) -> tuple[tuple[str, str], ...]:
    """Give the state that is told of by type and state key alone: it is none any more."""
    return tuple(
        (event["type"], event["state_key"])
        for event in as_objects(required_state)
        if "content" not in event
        and isinstance(event.get("type"), str)
        and isinstance(event.get("state_key"), str)
    )


def _heroes(room: JsonObject) -> tuple[str, ...] | None:
    if "heroes" not in room:
        return None
    return tuple(user_id for hero in as_objects(room["heroes"]) if (user_id := as_text(hero.get("user_id"))))


def _count(room: JsonObject, name: str) -> int | None:
    return as_count(room[name]) if name in room else None
