"""The stream of `GET /events`: what /sync shows, event by event, and a room that one only looks into.

Nothing is left out and nothing comes twice: a long way is shown in pieces, the oldest first.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3events
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from homeserver.errors import InvalidParam
from homeserver.json_types import JsonObject
from homeserver.rooms.filters import EVERYTHING
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import check_may_read_room, visible_in_rooms
from homeserver.storage.account_data import GLOBAL
from homeserver.storage.event_stream import select_stream
from homeserver.storage.events import StoredEvent
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.sync import personal, typing
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest, Timeline
from homeserver.sync.engine import Revalidate, usable_token
from homeserver.sync.legacy_format import (
    legacy_account_data,
    legacy_ephemeral,
    legacy_events,
    legacy_presence,
)
from homeserver.sync.presence import load_presence
from homeserver.sync.receipts import add_receipts, has_receipts, load_receipts
from homeserver.sync.spans import Span
from homeserver.sync.tokens import SyncToken

MAX_EVENTS: Final = 100
"""How many events of rooms one answer holds."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """Who asks for what. Without `since`, for what is yet to come; with `room`, for that room alone."""

    viewer: Viewer
    since: SyncToken | None
    room: Room | None


@dataclass(frozen=True, slots=True)
class StreamChunk:
    """A part of the stream, and the tokens before and after it."""

    start: SyncToken
    end: SyncToken
    events: Sequence[JsonObject | orjson.Fragment]


@dataclass(frozen=True, slots=True)
class Listening:
    """The rooms whose events are asked for, and those whose typing and receipts the viewer may see."""

    rooms: Sequence[int]
    live: frozenset[int]
    memberships: Mapping[int, RoomMembership]


async def wait_for_chunk(
    ctx: SyncContext, request: StreamRequest, timeout_ms: int, revalidate: Revalidate
) -> StreamChunk:
    """Return what is new as soon as there is anything, or an empty chunk when the time is over.

    Raises: InvalidParam for a token that this database did not write; Forbidden for a room that the viewer
    may not read.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_ms / 1000
    since = await _start(ctx, request)
    viewer_nid, room = request.viewer.user_nid, request.room
    memberships = await ctx.rooms.memberships.of_user(viewer_nid)
    waiter = ctx.hub.register(viewer_nid, memberships, None if room is None else room.nid)
    try:
        while True:
            listening = await _listen(ctx, request, since)
            ctx.hub.watch_rooms(viewer_nid, listening.memberships)
            chunk = await _collect(ctx, request, since, listening)
            remaining = deadline - loop.time()
            if chunk.events or remaining <= 0 or ctx.stopping.is_set():
                return chunk
            if await waiter.wait(remaining):
                await revalidate()
    finally:
        ctx.hub.unregister(waiter)


async def _start(ctx: SyncContext, request: StreamRequest) -> SyncToken:
    if request.since is None:
        return SyncToken(ctx.epoch, ctx.rooms.tailer.applied, ctx.ephemeral.stamps.last)
    token = await usable_token(ctx, request.since)
    if token is None:
        raise InvalidParam("`from` is not a token of this server's stream: begin again with an initial sync")
    return token


async def _listen(ctx: SyncContext, request: StreamRequest, since: SyncToken) -> Listening:
    memberships = await ctx.rooms.memberships.of_user(request.viewer.user_nid)
    if request.room is not None:
        access = await check_may_read_room(ctx.rooms, request.viewer, request.room)
        nids = [request.room.nid]
        return Listening(nids, frozenset(nids if access.history_end is None else ()), memberships)
    joined = frozenset(nid for nid, room in memberships.items() if room.membership == "join")
    moved = [nid for nid, room in memberships.items() if room.position > since.position and nid not in joined]
    return Listening([*joined, *moved], joined, memberships)


async def _collect(
    ctx: SyncContext, request: StreamRequest, since: SyncToken, listening: Listening
) -> StreamChunk:
    applied, stamp = ctx.rooms.tailer.applied, ctx.ephemeral.stamps.last
    events, upto = await _load_events(ctx, request, listening, since.position, applied)
    end = SyncToken(ctx.epoch, upto, stamp)
    names = await ctx.rooms.names.rooms(listening.live)
    deltas = {
        nid: RoomDelta(room, since.position, upto, _timeline(events, nid)) for nid, room in names.items()
    }
    as_sync = SyncRequest(request.viewer, EVERYTHING, since)
    await _add_ephemeral(ctx, as_sync, deltas)
    ephemeral = [event for delta in deltas.values() for event in legacy_ephemeral(delta)]
    presence = (
        await load_presence(ctx, as_sync, listening.memberships, list(deltas.values()))
        if request.room is None
        else []
    )
    return StreamChunk(
        since,
        end,
        [
            *await legacy_events(ctx.rooms, events, request.viewer),
            *ephemeral,
            *legacy_presence(presence),
            *await _account_data(ctx, request, as_sync, end),
        ],
    )


async def _load_events(
    ctx: SyncContext, request: StreamRequest, listening: Listening, since: int, applied: int
) -> tuple[list[StoredEvent], int]:
    """Return the oldest events that are new to the viewer, and the position up to which these are all."""
    changed = [nid for nid in listening.rooms if ctx.changes.of_room(nid, since) & Stream.EVENTS]
    if not changed:
        return [], applied
    async with ctx.rooms.db.acquire() as conn:
        stored = await select_stream(conn, changed, since, applied, MAX_EVENTS)
        by_room: dict[int, list[StoredEvent]] = {}
        for event in stored:
            by_room.setdefault(event.room_nid, []).append(event)
        visible = await visible_in_rooms(conn, ctx.rooms, request.viewer, by_room)
    shown = {event.event_nid: event for of_room in visible.values() for event in of_room}
    for event in await _own_memberships(ctx, request.viewer, listening, stored):
        shown.setdefault(event.event_nid, event)
    upto = stored[-1].position if len(stored) == MAX_EVENTS else None
    return [shown[event.event_nid] for event in stored if event.event_nid in shown], upto or applied


async def _own_memberships(
    ctx: SyncContext, viewer: Viewer, listening: Listening, events: Sequence[StoredEvent]
) -> list[StoredEvent]:
    """Return the events that made the viewer's memberships: of an invite they learn in any case."""
    ignored = await ctx.rooms.ignored.of_user(viewer.user_nid)
    own = {membership.event_nid for membership in listening.memberships.values()}
    return [event for event in events if event.event_nid in own and event.sender_nid not in ignored]


def _timeline(events: Sequence[StoredEvent], room_nid: int) -> Timeline:
    return Timeline([event for event in events if event.room_nid == room_nid], limited=False, prev_batch="")


async def _add_ephemeral(ctx: SyncContext, request: SyncRequest, deltas: Mapping[int, RoomDelta]) -> None:
    spans = [Span(nid, delta.since, delta.upto) for nid, delta in deltas.items()]
    typing.add_typing(ctx, request, spans, deltas)
    with_receipts = [span for span in spans if has_receipts(ctx, request, span)]
    if not with_receipts:
        return
    async with ctx.rooms.db.acquire() as conn:
        receipts = await load_receipts(conn, request, with_receipts)
    ignored = await ctx.rooms.names.user_ids(await ctx.rooms.ignored.of_user(request.viewer.user_nid))
    add_receipts(receipts, set(ignored.values()), deltas)


async def _account_data(
    ctx: SyncContext, request: StreamRequest, as_sync: SyncRequest, end: SyncToken
) -> list[JsonObject]:
    assert as_sync.since is not None
    found = await personal.load_account_data(ctx, as_sync, as_sync.since.position, end.position)
    if request.room is not None:
        found = {nid: of_room for nid, of_room in found.items() if nid == request.room.nid}
    rooms = await ctx.rooms.names.rooms(nid for nid in found if nid != GLOBAL)
    return legacy_account_data(found, {nid: room.room_id for nid, room in rooms.items()})
