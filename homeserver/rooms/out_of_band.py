"""Memberships of rooms that this server is not in: invites and knocks, and how they end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from federation.protocol.ids import EventId, RoomId, ServerName, UserId, server_name_of
from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.storage.out_of_band import (
    OutOfBandEvent,
    OutOfBandMembership,
    ensure_room,
    put_out_of_band,
    select_out_of_band,
)
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room

PENDING: Final = ("invite", "knock")


@dataclass(frozen=True, slots=True)
class OutOfBand:
    """A member event of a user of this server, in a room of others."""

    room_id: RoomId
    version: RoomVersion
    user_id: UserId
    sender: UserId
    membership: str
    event_id: EventId
    json: bytes
    stripped_state: Sequence[JsonObject]
    servers: Sequence[ServerName]


async def store_out_of_band(ctx: RoomsContext, event: OutOfBand) -> Room:
    """Make an event its user's membership of the room, and show it to them."""
    nids = await ctx.names.intern_users([event.user_id, event.sender])
    entry = ("m.room.member", event.user_id)
    key_nid = (await ctx.names.intern_entries([entry]))[entry]
    stored = OutOfBandEvent(
        nids[event.user_id],
        nids[event.sender],
        key_nid,
        event.membership,
        event.event_id,
        event.json,
        orjson.dumps(list(event.stripped_state)),
        event.servers,
    )
    async with ctx.positions.write() as change:
        room = await ensure_room(change.conn, event.room_id, event.version.identifier)
        await put_out_of_band(change.conn, room.nid, change.position, stored)
        change.touch(Stream.ROOM_META, users=[stored.user_nid])
    ctx.names.remember_room(room)
    return room


async def out_of_band_membership(ctx: RoomsContext, user_nid: int, room: Room) -> OutOfBandMembership | None:
    """Return a user's membership of a room, if it is out of band."""
    async with ctx.db.acquire() as conn:
        return (await select_out_of_band(conn, user_nid, [room.nid])).get(room.nid)


async def retract(ctx: RoomsContext, event: OutOfBand, cited: Collection[EventId]) -> bool:
    """End an invite or a knock by somebody else's event; say whether it was theirs to end.

    Nothing here can tell who has the power to do so. So the event has to cite the membership that it ends
    among its auth events, and an invite is ended by the server that made it only.
    """
    user_nid = (await ctx.names.known_users([event.user_id])).get(event.user_id)
    room = await ctx.names.room(event.room_id)
    if user_nid is None or room is None:
        return False
    membership = await ctx.memberships.in_room(user_nid, room.nid)
    pending = await out_of_band_membership(ctx, user_nid, room)
    if membership is None or pending is None or membership.membership not in PENDING:
        return False
    if pending.event.event_id not in cited:
        return False
    inviter = pending.event.load()["sender"]
    if membership.membership == "invite" and server_name_of(inviter) != server_name_of(event.sender):
        return False
    await store_out_of_band(ctx, event)
    return True
