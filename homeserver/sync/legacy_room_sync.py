"""`GET /rooms/{roomId}/initialSync`: one room, for members, former members and those who look into it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidinitialsync
"""

from homeserver.json_types import JsonObject
from homeserver.rooms.filters import EVERYTHING
from homeserver.rooms.messages import Page, PageRequest, read_messages
from homeserver.rooms.state_reading import read_state
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import ReadAccess, check_may_read_room
from homeserver.storage import memberships as membership_rows
from homeserver.storage.account_data import select_account_data_of_rooms
from homeserver.storage.rooms import Room
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest, Timeline
from homeserver.sync.legacy_format import legacy_events, legacy_presence
from homeserver.sync.legacy_initial_sync import receipts_of, visibility_of_rooms
from homeserver.sync.personal import render_account_data
from homeserver.sync.presence import MAX_MEMBERS, MAX_USERS, OFFLINE, TYPE
from homeserver.sync.receipts import add_receipts, load_receipts
from homeserver.sync.spans import WHOLE, Span
from homeserver.sync.tokens import SyncToken


async def room_initial_sync(ctx: SyncContext, viewer: Viewer, room: Room, limit: int) -> JsonObject:
    """Return a room's state, its last `limit` messages and the token to go on from with `GET /events`.

    Raises: Forbidden for a room that the viewer may not read.
    """
    token = SyncToken(ctx.epoch, ctx.rooms.tailer.applied, ctx.ephemeral.stamps.last)
    access = await check_may_read_room(ctx.rooms, viewer, room)
    asked = PageRequest(None, None, True, limit, EVERYTHING.room.timeline)
    page = await read_messages(ctx.rooms, viewer, room, asked)
    state = await read_state(ctx.rooms, viewer, room)
    membership = await ctx.rooms.memberships.in_room(viewer.user_nid, room.nid)
    shown: JsonObject = {} if membership is None else {"membership": membership.membership}
    rendered = await legacy_events(ctx.rooms, [*reversed(page.events), *state], viewer)
    return shown | {
        "room_id": room.room_id,
        "messages": {"chunk": rendered[: len(page.events)], "start": _start(page), "end": str(token)},
        "state": rendered[len(page.events) :],
        "visibility": (await visibility_of_rooms(ctx, [room.nid]))[room.nid],
        "account_data": await _account_data(ctx, viewer, room, token),
        "presence": legacy_presence(await _presence(ctx, room)) if access.is_joined else [],
        "receipts": await _receipts(ctx, viewer, room, access, token),
    }


def _start(page: Page) -> str:
    return str(page.start if page.end is None else page.end)


async def _account_data(ctx: SyncContext, viewer: Viewer, room: Room, token: SyncToken) -> list[JsonObject]:
    async with ctx.rooms.db.acquire() as conn:
        found = await select_account_data_of_rooms(conn, viewer.user_nid, [room.nid], token.position)
    return [render_account_data(data) for data in found.get(room.nid, ())]


async def _presence(ctx: SyncContext, room: Room) -> list[JsonObject]:
    """Return the presence of members; in a large room only of those who are there."""
    async with ctx.rooms.db.acquire() as conn:
        members = await membership_rows.select_member_nids(conn, room.nid, ["join"])
    presence = ctx.ephemeral.presence
    if len(members) > MAX_MEMBERS:
        members = members.intersection(presence.not_offline())
    names = await ctx.rooms.names.user_ids(sorted(members)[:MAX_USERS])
    return [
        {"type": TYPE, "sender": user_id, "content": presence.content(nid) or OFFLINE}
        for nid, user_id in names.items()
    ]


async def _receipts(
    ctx: SyncContext, viewer: Viewer, room: Room, access: ReadAccess, token: SyncToken
) -> list[JsonObject]:
    """Return the newest receipts, for those who see what happens in the room now."""
    if access.history_end is not None:
        return []
    span = Span(room.nid, WHOLE, token.position)
    delta = RoomDelta(room, span.since, span.upto, Timeline((), limited=False, prev_batch=""))
    async with ctx.rooms.db.acquire() as conn:
        found = await load_receipts(conn, SyncRequest(viewer, EVERYTHING, None), [span])
    ignored = await ctx.rooms.names.user_ids(await ctx.rooms.ignored.of_user(viewer.user_nid))
    add_receipts(found, set(ignored.values()), {room.nid: delta})
    return receipts_of(delta)
