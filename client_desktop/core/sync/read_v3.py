"""Read an answer of `/v3/sync`, or a delta of the WebSocket, which is the same.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from client_desktop.core.boundary import describe
from client_desktop.core.errors import BadAnswer
from client_desktop.core.events import can_be_stored, is_event, is_state_event, is_stripped_state
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_count, as_object, as_objects, as_optional_text, as_texts
from client_desktop.core.sync.batch import RoomUpdate, SyncBatch
from client_desktop.core.values import Membership

log = logging.getLogger(__name__)

MAX_ROOM_ID_CHARACTERS = 255
MEMBER = "m.room.member"
STATE_AFTER = ("state_after", "org.matrix.msc4222.state_after")


def read_v3(body: JsonObject, *, whole: bool) -> SyncBatch:
    """Read an answer; `whole`: it was asked without a token. What is malformed is left out, piece by piece.

    Raises: BadAnswer when there is no token to go on from.
    """
    token = as_optional_text(body.get("next_batch"))
    if token is None:
        raise BadAnswer("a sync without next_batch")
    device_lists = as_object(body.get("device_lists"))
    rooms = read_rooms(as_object(body.get("rooms")), whole=whole)
    return SyncBatch(
        next_token=token,
        whole=whole,
        all_rooms=frozenset(rooms) if whole else None,
        rooms=rooms,
        account_data=typed_contents(body.get("account_data")),
        presence=tuple(as_objects(as_object(body.get("presence")).get("events"))),
        to_device=typed_contents(body.get("to_device")),
        devices_changed=as_texts(device_lists.get("changed")),
        devices_left=as_texts(device_lists.get("left")),
        one_time_keys=read_counts(body.get("device_one_time_keys_count")),
        fallback_key_types=read_types(body, "device_unused_fallback_key_types"),
    )


def read_rooms(rooms: JsonObject, *, whole: bool) -> dict[str, RoomUpdate]:
    """Read the rooms of an answer; one that cannot be read does not hide the others."""
    updates: dict[str, RoomUpdate] = {}
    for section, membership, read in SECTIONS:
        for room_id, room in as_object(rooms.get(section)).items():
            if not is_room_id(room_id):
                continue
            try:
                updates[room_id] = read(room_id, as_object(room), membership, whole)
            except Exception as error:  # noqa: BLE001 whatever one room's data does, the rest goes on
                log.error("sync: a room that cannot be read: %s", describe(error))
    return updates


def _read_full(room_id: str, room: JsonObject, membership: Membership, whole: bool) -> RoomUpdate:
    timeline = as_object(room.get("timeline"))
    events = events_that(is_event, timeline.get("events"))
    summary = as_object(room.get("summary"))
    unread, mentions = _read_unread(room)
    return RoomUpdate(
        room_id,
        membership,
        state=_state_at_end(room, events),
        whole_state=whole,
        timeline=events,
        limited=timeline.get("limited") is True,
        prev_batch=as_optional_text(timeline.get("prev_batch")),
        ephemeral=typed_contents(room.get("ephemeral")),
        account_data=typed_contents(room.get("account_data")),
        unread=unread,
        mentions=mentions,
        heroes=as_texts(summary["m.heroes"]) if "m.heroes" in summary else None,
        joined_members=_optional_count(summary, "m.joined_member_count"),
        invited_members=_optional_count(summary, "m.invited_member_count"),
    )


def _read_stripped(room_id: str, room: JsonObject, membership: Membership, whole: bool) -> RoomUpdate:
    key = "invite_state" if membership is Membership.INVITE else "knock_state"
    state = events_that(is_stripped_state, as_object(room.get(key)).get("events"))
    return RoomUpdate(room_id, membership, state=state, whole_state=True)


SECTIONS: tuple[tuple[str, Membership, Callable[[str, JsonObject, Membership, bool], RoomUpdate]], ...] = (
    ("leave", Membership.LEAVE, _read_full),
    ("knock", Membership.KNOCK, _read_stripped),
    ("invite", Membership.INVITE, _read_stripped),
    ("join", Membership.JOIN, _read_full),
)


def is_room_id(room_id: str) -> bool:
    """Tell whether this can be a room's id."""
    return room_id.startswith("!") and 1 < len(room_id) <= MAX_ROOM_ID_CHARACTERS


def events_that(check: Callable[[object], bool], events: object) -> tuple[JsonObject, ...]:
    """Give the events of a list that pass a check, and leave out the others."""
    return tuple(event for event in as_objects(events) if check(event))


def typed_contents(holder: object) -> tuple[JsonObject, ...]:
    """Give the events of an object's `events` that have a type and a content, and can be stored."""
    return tuple(
        event
        for event in as_objects(as_object(holder).get("events"))
        if isinstance(event.get("type"), str)
        and isinstance(event.get("content"), dict)
        and can_be_stored(event)
    )


def read_counts(value: object) -> dict[str, int] | None:
    """Give counts by name; None where nothing was said."""
    if not isinstance(value, dict):
        return None
    return {name: as_count(number) for name, number in value.items()}


def read_types(body: JsonObject, name: str) -> tuple[str, ...] | None:
    """Give the names of a list; None where nothing was said."""
    value = body.get(name, body.get(f"org.matrix.msc2732.{name}"))
    return as_texts(value) if isinstance(value, list) else None


def _state_at_end(room: JsonObject, timeline: Iterable[JsonObject]) -> tuple[JsonObject, ...]:
    """Give the state as of the end of the timeline, which servers say in one of two ways.

    Where members are loaded lazily, `state_after` of some servers leaves out those whose membership is in the
    timeline; theirs is the newest that was said.
    """
    for name in STATE_AFTER:
        if name in room:
            after = events_that(is_state_event, as_object(room[name]).get("events"))
            return (*members_unsaid(timeline, after), *after)
    before = events_that(is_state_event, as_object(room.get("state")).get("events"))
    return (*before, *(event for event in timeline if is_state_event(event)))


def members_unsaid(timeline: Iterable[JsonObject], after: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Give the memberships of a timeline of those of whom the state after it says nothing."""
    said = {event["state_key"] for event in after if event["type"] == MEMBER}
    for event in timeline:
        if event["type"] == MEMBER and is_state_event(event) and event["state_key"] not in said:
            yield event


def _read_unread(room: JsonObject) -> tuple[int | None, int | None]:
    """Add up what the server counts in the main timeline and in threads."""
    main = room.get("unread_notifications")
    if not isinstance(main, dict):
        return None, None
    threads = as_object(room.get("unread_thread_notifications")).values()
    counts = [main, *(as_object(thread) for thread in threads)]
    unread = sum(as_count(count.get("notification_count")) for count in counts)
    return unread, sum(as_count(count.get("highlight_count")) for count in counts)


def _optional_count(summary: JsonObject, name: str) -> int | None:
    return as_count(summary[name]) if name in summary else None
