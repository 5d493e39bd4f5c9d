"""Stripped state: what somebody who is invited, or knocks, is shown of a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#stripped-state
"""

from collections.abc import Sequence

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.event_bodies import client_event
from homeserver.rooms.invite_permission import InvitePreferences, InviteVerdict, load_invite_preferences
from homeserver.rooms.notices_user import notices_user_id
from homeserver.rooms.shown_state import SHOWN
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.out_of_band import select_out_of_band
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_entries_of_rooms
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest

FIELDS = ("type", "state_key", "sender", "content")


async def load_stripped_state(
    ctx: SyncContext, request: SyncRequest, memberships: Sequence[RoomMembership]
) -> dict[Room, Sequence[JsonObject]]:
    """Return the stripped state of rooms, with the viewer's membership.

    Left out are invites by users whom the viewer ignores, or by whom they do not want to be invited.
    Of rooms that this server is not in, that is what was told when the user was invited, or knocked.
    """
    if not memberships:
        return {}
    nids = [membership.room_nid for membership in memberships]
    rooms = await ctx.rooms.names.rooms(nids)
    ignored = await ctx.rooms.ignored.of_user(request.viewer.user_nid)
    async with ctx.rooms.db.acquire() as conn:
        told = await select_out_of_band(conn, request.viewer.user_nid, nids)
        stored = await select_events_by_nid(conn, [m.event_nid for m in memberships])
        own = {m.room_nid: stored[m.event_nid] for m in memberships if m.event_nid in stored}
        own |= {room_nid: membership.event for room_nid, membership in told.items()}
        shown = {nid: event for nid, event in own.items() if event.sender_nid not in ignored}
        if any(membership.membership == "invite" for membership in memberships):
            preferences = await load_invite_preferences(conn, request.viewer.user_nid)
            shown = {nid: event for nid, event in shown.items() if _is_wanted(ctx, preferences, event)}
        inside = {nid: event.load()["sender"] for nid, event in shown.items() if nid not in told}
        state = await _load_state(conn, inside)
    state |= {nid: orjson.loads(membership.shown) for nid, membership in told.items()}
    return {
        rooms[nid]: [*state.get(nid, ()), _own_event(rooms[nid], shown[nid])] for nid in nids if nid in shown
    }


def _is_wanted(ctx: SyncContext, preferences: InvitePreferences, event: StoredEvent) -> bool:
    """Tell whether the viewer wants to see an invite, or another membership; the server's own always."""
    pdu = event.load()
    sender = UserId(pdu["sender"])
    if pdu["content"].get("membership") != "invite" or sender == notices_user_id(ctx.rooms):
        return True
    return preferences.verdict_on(sender) is InviteVerdict.ALLOW


def _own_event(room: Room, event: StoredEvent) -> JsonObject:
    shown = (*FIELDS, "event_id", "origin_server_ts")
    return {key: value for key, value in client_event(room, event).items() if key in shown}


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
