"""Answering a sliding sync request: where there is news, or when there is some, or the time is over."""

import asyncio
from dataclasses import dataclass

from homeserver.json_types import JsonObject
from homeserver.sync.context import SyncContext
from homeserver.sync.engine import Revalidate
from homeserver.sync.sliding.choose import Choice, choose
from homeserver.sync.sliding.connection import SlidingConnection, Turn
from homeserver.sync.sliding.extensions import ExtensionResults, load_extensions
from homeserver.sync.sliding.load_results import Results, load_results
from homeserver.sync.sliding.open_connection import Position, begin, resume, store
from homeserver.sync.sliding.render import render_rooms
from homeserver.sync.sliding.request import SlidingRequest
from homeserver.sync.sliding.survey import Survey, survey
from homeserver.sync.tokens import SyncToken


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that is new for a connection."""

    found: Survey
    choice: Choice
    results: Results
    extensions: ExtensionResults

    @property
    def is_empty(self) -> bool:
        return not (self.results.shown or self.extensions.has_news)


async def answer_sliding(
    ctx: SyncContext, request: SlidingRequest, timeout_ms: int, revalidate: Revalidate
) -> JsonObject:
    """Return the body of the answer.

    The first answer of a connection never waits. A later request of the same connection ends one that waits:
    nobody reads its answer any more, so it says nothing and changes nothing.

    Raises: UnknownPosition.
    """
    connection, since = await _open(ctx, request)
    base, turn = connection.base, connection.take_turn()
    turn.waiter = ctx.hub.register(
        request.viewer.user_nid, await ctx.rooms.memberships.of_user(request.viewer.user_nid)
    )
    try:
        collected = await _wait(ctx, request, connection, since, turn, timeout_ms, revalidate)
        if collected is None or turn.is_over:
            return nothing(request)
        return await _give(ctx, connection, base, turn, collected)
    finally:
        ctx.hub.unregister(turn.waiter)


def nothing(request: SlidingRequest) -> JsonObject:
    """Return the answer that leaves a client where it is."""
    return {"pos": request.pos or "", "lists": {}, "rooms": {}, "extensions": {}}


async def _open(ctx: SyncContext, request: SlidingRequest) -> tuple[SlidingConnection, SyncToken | None]:
    if request.pos is None:
        return await begin(ctx, request), None
    connection, position = await resume(ctx, request, request.pos)
    return connection, position.token


async def _wait(
    ctx: SyncContext,
    request: SlidingRequest,
    connection: SlidingConnection,
    since: SyncToken | None,
    turn: Turn,
    timeout_ms: int,
    revalidate: Revalidate,
) -> Collected | None:
    """Collect until there is something, or the time is over; None where a later request has taken over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_ms / 1000
    assert turn.waiter is not None
    while not turn.is_over:
        collected = await _collect(ctx, request, connection, since)
        remaining = deadline - loop.time()
        if not collected.is_empty:
            ctx.hub.note_delivery(turn.waiter)
            return collected
        if since is None or ctx.stopping.is_set() or remaining <= 0:
            return collected
        if await turn.waiter.wait(remaining):
            await revalidate()
    return None


async def _collect(
    ctx: SyncContext, request: SlidingRequest, connection: SlidingConnection, since: SyncToken | None
) -> Collected:
    found = await survey(ctx, request, connection, since)
    ctx.hub.watch_rooms(request.viewer.user_nid, found.memberships)
    choice = choose(found)
    results = await load_results(ctx, found, choice)
    return Collected(found, choice, results, await load_extensions(ctx, found, choice, results))


async def _give(
    ctx: SyncContext, connection: SlidingConnection, base: int, turn: Turn, collected: Collected
) -> JsonObject:
    """Render an answer, and store what the client has once it comes back with the position."""
    found, choice, results = collected.found, collected.choice, collected.results
    body: JsonObject = {
        "lists": {name: {"count": count} for name, count in choice.counts.items()},
        "rooms": await render_rooms(ctx, found, results),
        "extensions": collected.extensions.body,
    }
    if turn.is_over:
        return nothing(found.request)
    ordinal = await store(ctx, connection, base, {**choice.behind, **results.sent})
    pos = str(Position(found.token, connection.nid, ordinal))
    connection.members.give(pos, results.members)
    if found.request.txn_id is not None:
        body["txn_id"] = found.request.txn_id
    return {"pos": pos, **body}
