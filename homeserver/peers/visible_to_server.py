"""What of a room's history another server may see: only its users' share, and all of it once it was shared.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
"""

from collections.abc import Sequence
from typing import Final, cast

import orjson

from federation.ports.rooms import ServedEvent
from federation.protocol.canonical_json import MAX_INTEGER, MIN_INTEGER, JsonObject, decode_json
from federation.protocol.errors import InvalidIdentifier
from federation.protocol.event_format import encode_event
from federation.protocol.ids import ServerName, UserId, server_name_of
from federation.protocol.redaction import redact
from federation.protocol.room_versions import RoomVersion
from homeserver.rooms.visibility import HISTORY_VISIBILITY
from homeserver.rooms.visibility_rules import SHARED, Timetable, visibility_of
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, load_json
from homeserver.storage.history import select_branch_visibility, select_erased, select_visibility_changes
from homeserver.storage.rooms import Room
from homeserver.storage.served_events import Presence, select_presence_of_server

NO_USER: Final = UserId("")
OPEN: Final = frozenset({"shared", "world_readable"})
NOT_THERE: Final = Presence()


async def seen_by_server(
    conn: Connection,
    room: Room,
    server: ServerName,
    events: Sequence[StoredEvent],
    *,
    expired_before_ms: int | None,
) -> list[tuple[StoredEvent, bool]]:
    """Return events that have a place in a room, each with whether a server in the room may see all of it.

    Nobody may of messages from before `expired_before_ms`.
    """
    if not events:
        return []
    visibilities = await _visibilities(conn, room, events)
    erased = await select_erased(conn, {event.sender_nid for event in events})
    doubtful = [
        event
        for event in events
        if visibilities[event.event_nid].isdisjoint(OPEN) or event.sender_nid in erased
    ]
    bases = {event.event_nid: base_position(event) for event in doubtful}
    presence = await select_presence_of_server(conn, room.nid, server, bases) if bases else {}
    return [
        (
            event,
            not _has_expired(event, expired_before_ms)
            and (event.event_nid not in presence or _may_see(event, server, visibilities, presence)),
        )
        for event in events
    ]


def served(version: RoomVersion, event: StoredEvent, *, whole: bool) -> ServedEvent:
    """Return an event as it is handed out: redacted where it was, or where only its frame may be seen."""
    json = event.json if whole and event.redacted_by is None else redacted_bytes(version, event.json)
    return ServedEvent(event.event_id, event.origin_server_ts, json)


def redacted_bytes(version: RoomVersion, canonical: bytes) -> bytes:
    """Return the canonical bytes of an event's redacted form."""
    return encode_event(version, redact(version, _decode(version, canonical)))


def may_be_sent(version: RoomVersion, canonical: bytes) -> bool:
    """Tell whether other servers can take an event: numbers beyond those of canonical JSON break some.

    Only room versions without strict canonical JSON hold such events.
    """
    if version.strict_canonical_json:
        return True
    numbers = (value for value in _decode(version, canonical).values() if isinstance(value, int))
    return all(MIN_INTEGER <= value <= MAX_INTEGER for value in numbers)


def _decode(version: RoomVersion, canonical: bytes) -> JsonObject:
    decode = orjson.loads if version.strict_canonical_json else decode_json
    return cast(JsonObject, decode(canonical))


def base_position(event: StoredEvent) -> int:
    """Return the position whose state on the main line is the base of the state before an event."""
    if event.state_base is not None:
        return event.state_base
    return event.position - 1 if event.position is not None else 0


async def _visibilities(
    conn: Connection, room: Room, events: Sequence[StoredEvent]
) -> dict[int, frozenset[str]]:
    """Return the history visibility before each event; where an event changes it, that after it too."""
    since = {room.nid: min(map(base_position, events))}
    changes = (await select_visibility_changes(conn, NO_USER, since)).get(room.nid, ())
    timetable = Timetable(
        [
            (change.position, _visibility(change.json))
            for change in changes
            if change.type == HISTORY_VISIBILITY
        ],
        SHARED,
    )
    off_line = [event.event_nid for event in events if not event.on_main_line]
    branches = await select_branch_visibility(conn, NO_USER, off_line) if off_line else {}
    found: dict[int, frozenset[str]] = {}
    for event in events:
        before = timetable.after(base_position(event))
        for entry in branches.get(event.event_nid, ()):
            before = _visibility(entry.json) if entry.type == HISTORY_VISIBILITY else before
        after = _visibility(event.json) if event.type == HISTORY_VISIBILITY else before
        found[event.event_nid] = frozenset({before, after})
    return found


def _has_expired(event: StoredEvent, before_ms: int | None) -> bool:
    return before_ms is not None and event.key_nid is None and event.origin_server_ts < before_ms


def _may_see(
    event: StoredEvent,
    server: ServerName,
    visibilities: dict[int, frozenset[str]],
    presence: dict[int, Presence],
) -> bool:
    at = presence.get(event.event_nid, NOT_THERE)
    if at.joined or (at.invited and "invited" in visibilities[event.event_nid]):
        return True
    return event.type == "m.room.member" and _concerns(event, server)


def _concerns(event: StoredEvent, server: ServerName) -> bool:
    """Tell whether an event sets the membership of a server's own user."""
    target = event.load().get("state_key")
    try:
        return isinstance(target, str) and server_name_of(target) == server
    except InvalidIdentifier:
        return False


def _visibility(canonical: bytes | None) -> str:
    return SHARED if canonical is None else visibility_of(load_json(canonical)["content"])
