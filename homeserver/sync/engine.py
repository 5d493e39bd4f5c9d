"""Waiting for news: what long-poll and WebSocket both do.

The order is fixed, so that nothing is missed: register the waiter, read the positions, then read everything
up to them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from homeserver.errors import Unavailable
from homeserver.storage.positions import select_last_position
from homeserver.sync.collect import collect
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncDelta, SyncRequest
from homeserver.sync.hub import Waiter
from homeserver.sync.tokens import SyncToken

CATCH_UP_S = 10.0
"""How long a request may wait for this worker to reach its token."""


Revalidate = Callable[[], Awaitable[object]]
"""Raises when the session that asks has ended."""


async def wait_for_delta(
    ctx: SyncContext, request: SyncRequest, timeout_ms: int, revalidate: Revalidate
) -> SyncDelta:
    """Return what is new as soon as there is anything, or an empty delta when the time is over.

    A first sync, and one for the full state, never waits. Whenever it was woken, the session is checked
    again.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_ms / 1000
    since = await usable_token(ctx, request.since)
    if since is not request.since:
        request = replace(request, since=since)
    waiter = await register(ctx, request)
    try:
        while True:
            delta = nothing_new(ctx, request) or await collect_now(ctx, request)
            remaining = deadline - loop.time()
            at_once = request.since is None or request.full_state or ctx.stopping.is_set()
            if not delta.is_empty:
                ctx.hub.note_delivery(waiter)
                return delta
            if at_once or remaining <= 0:
                return delta
            if await waiter.wait(remaining):
                await revalidate()
    finally:
        ctx.hub.unregister(waiter)


async def register(ctx: SyncContext, request: SyncRequest) -> Waiter:
    """Have the hub wake this device from now on."""
    rooms = await ctx.rooms.memberships.of_user(request.viewer.user_nid)
    return ctx.hub.register(request.viewer.user_nid, rooms)


def nothing_new(ctx: SyncContext, request: SyncRequest) -> SyncDelta | None:
    """Return an empty delta where nothing on the server has moved since the token; else None.

    Most polls begin like this: the device has just been given everything.
    """
    since = request.since
    if since is None or request.full_state or since.position != ctx.rooms.tailer.applied:
        return None
    if since.stamp != ctx.ephemeral.stamps.last or request.viewer.device_nid in ctx.to_device_given:
        return None
    return SyncDelta(since)


async def collect_now(ctx: SyncContext, request: SyncRequest) -> SyncDelta:
    """Return everything since the request's token, in the rooms that the user is in now."""
    rooms = await ctx.rooms.memberships.of_user(request.viewer.user_nid)
    ctx.hub.watch_rooms(request.viewer.user_nid, rooms)
    return await collect(ctx, request, rooms)


async def usable_token(ctx: SyncContext, token: SyncToken | None) -> SyncToken | None:
    """Return the token once this worker has caught up with it; None if this database did not write it.

    Raises `Unavailable` where that takes longer than `CATCH_UP_S`: the client asks again with the same token.
    """
    if token is None or token.epoch != ctx.epoch:
        return None
    if token.position > ctx.rooms.tailer.applied:
        async with ctx.rooms.db.acquire() as conn:
            last = await select_last_position(conn)
        if token.position > last:
            return None
        try:
            async with asyncio.timeout(CATCH_UP_S):
                await ctx.rooms.tailer.wait_for(token.position)
        except TimeoutError as error:
            raise Unavailable("This worker has yet to read what others have written; try again") from error
    return token
