"""`GET /initialSync`: a first sync in the form that it had before /sync.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3initialsync
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from homeserver.json_types import JsonObject
from homeserver.rooms.filters import Filter, RoomEventFilter, RoomFilter
from homeserver.rooms.viewer import Viewer
from homeserver.storage.directory import select_published_among
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.memberships import RoomMembership
from homeserver.sync.collect import collect
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncDelta, SyncRequest
from homeserver.sync.legacy_format import legacy_ephemeral, legacy_events, legacy_presence


@dataclass(frozen=True, slots=True)
class InitialSyncRequest:
    """Who asks for what: how many messages of each room, and whether of rooms that they have left, too."""

    viewer: Viewer
    limit: int
    with_left: bool


async def initial_sync(ctx: SyncContext, request: InitialSyncRequest) -> JsonObject:
    """Return everything that the viewer may know now, and the token to go on from with `GET /events`."""
    memberships = await ctx.rooms.memberships.of_user(request.viewer.user_nid)
    delta = await collect(ctx, _as_sync(request), memberships)
    rooms = [*delta.joined, *delta.left]
    invites = await _load_invites(ctx, delta, memberships)
    events = [event for room in rooms for event in (*room.timeline.events, *room.state)]
    rendered = iter(await legacy_events(ctx.rooms, [*events, *invites], request.viewer))
    visibility = await visibility_of_rooms(ctx, [room.room.nid for room in rooms])
    shown = [
        {
            "membership": memberships[room.room.nid].membership,
            "visibility": visibility[room.room.nid],
            **_render_room(room, rendered, str(delta.token)),
        }
        for room in rooms
    ]
    return {
        "end": str(delta.token),
        "rooms": shown + [_render_invite(room.room_id, next(rendered)) for room in delta.invited],
        "presence": legacy_presence(delta.presence),
        "account_data": delta.account_data,
        "receipts": [receipt for room in rooms for receipt in receipts_of(room)],
    }


async def visibility_of_rooms(ctx: SyncContext, room_nids: Sequence[int]) -> dict[int, str]:
    """Return, per room, whether the published directory has it."""
    async with ctx.rooms.db.acquire() as conn:
        published = await select_published_among(conn, room_nids)
    return {nid: "public" if nid in published else "private" for nid in room_nids}


def receipts_of(delta: RoomDelta) -> list[JsonObject]:
    """Return a room's receipts: who is typing is no part of an initial sync."""
    return [event for event in legacy_ephemeral(delta) if event["type"] == "m.receipt"]


def _as_sync(request: InitialSyncRequest) -> SyncRequest:
    """Ask for the state as it is, not as it was before the messages; and without a device.

    To-device messages wait for a /sync, which alone can acknowledge them.
    """
    wanted = RoomFilter(include_leave=request.with_left, timeline=RoomEventFilter(limit=request.limit))
    viewer = replace(request.viewer, device_nid=None)
    return SyncRequest(viewer, Filter(room=wanted), None, use_state_after=True)


async def _load_invites(
    ctx: SyncContext, delta: SyncDelta, memberships: Mapping[int, RoomMembership]
) -> list[StoredEvent]:
    """Return the invites of a delta, in its order."""
    nids = [memberships[room.nid].event_nid for room in delta.invited]
    if not nids:
        return []
    async with ctx.rooms.db.acquire() as conn:
        found = await select_events_by_nid(conn, nids)
    return [found[nid] for nid in nids]


def _render_room(delta: RoomDelta, rendered: Iterator[orjson.Fragment], here: str) -> JsonObject:
    return {
        "room_id": delta.room.room_id,
        "messages": {
            "chunk": [next(rendered) for _ in delta.timeline.events],
            "start": delta.timeline.prev_batch or here,
            "end": here,
        },
        "state": [next(rendered) for _ in delta.state],
        "account_data": delta.account_data,
    }


def _render_invite(room_id: str, invite: orjson.Fragment) -> JsonObject:
    return {"room_id": room_id, "membership": "invite", "invite": invite}
