"""Stripped state: what somebody who is invited, or knocks, is shown of a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#stripped-state
"""

from collections.abc import Sequence

from homeserver.json_types import JsonObject
from homeserver.rooms.event_bodies import client_event
from homeserver.storage.db import Connection
from homeserver.storage.events import select_events_by_nid
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_entries_of_rooms
from homeserver.storage.state_keys import StateEntry
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest

SHOWN: tuple[StateEntry, ...] = tuple(
    (type_, "")
    for type_ in (
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules",
        "m.room.canonical_alias", "m.room.encryption",
    )
)  # fmt: skip
FIELDS = ("type", "state_key", "sender", "content")


async def load_stripped_state(
    ctx: SyncContext, request: SyncRequest, memberships: Sequence[RoomMembership]
) -> dict[Room, Sequence[JsonObject]]:
    """Return the stripped state of rooms, with the viewer's membership; no invites by ignored users."""
    if not memberships:
        return {}
    rooms = await ctx.rooms.names.rooms([membership.room_nid for membership in memberships])
    ignored = await ctx.rooms.ignored.of_user(request.viewer.user_nid)
    async with ctx.rooms.db.acquire() as conn:
        own = await select_events_by_nid(conn, [membership.event_nid for membership in memberships])
        shown = [m for m in memberships if own[m.event_nid].sender_nid not in ignored]
        senders = {m.room_nid: own[m.event_nid].load()["sender"] for m in shown}
        state = await _load_state(conn, senders)
    found: dict[Room, Sequence[JsonObject]] = {}
    for membership in shown:
        room = rooms[membership.room_nid]
        event = client_event(room, own[membership.event_nid])
        found[room] = [
            *state.get(room.nid, ()),
            {k: v for k, v in event.items() if k in (*FIELDS, "event_id", "origin_server_ts")},
        ]
    return found


async def _load_state(conn: Connection, senders: dict[int, str]) -> dict[int, list[JsonObject]]:
    """Return the stripped state of rooms, with the membership of whoever invited."""
    entries = [*SHOWN, *(("m.room.member", sender) for sender in sorted(set(senders.values())))]
    found: dict[int, list[JsonObject]] = {}
    for room_nid, state in (await select_current_entries_of_rooms(conn, sorted(senders), entries)).items():
        for (type_, state_key), stored in state.items():
            if type_ == "m.room.member" and state_key != senders[room_nid]:
                continue
            found.setdefault(room_nid, []).append({key: stored.load()[key] for key in FIELDS})
    return found
