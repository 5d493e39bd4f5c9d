"""Send delayed events when their time has come, by whichever worker claims them first (MSC4140)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from federation.protocol.ids import EventId
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden, MatrixError, Unavailable, UserSuspended
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.render_event import DELAYED
from homeserver.rooms.send_message import send_message
from homeserver.rooms.set_state import set_state
from homeserver.storage import delayed_events
from homeserver.storage.accounts import select_account
from homeserver.storage.db import level_of
from homeserver.storage.delayed_events import DelayedEvent, Outcome

CLAIM_S: Final = 60.0
BATCH: Final = 20
LOOK_EVERY_S: Final = 10.0
"""For events of workers that died in the act."""
KEPT_MS: Final = 7 * 24 * 3_600_000
"""How long it is known what became of an event."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def sending_delayed_events(ctx: RoomsContext) -> AsyncIterator[None]:
    """Send what is due, for the length of the block."""
    task = asyncio.create_task(_run(ctx), name="delayed-events")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def send_due_events(ctx: RoomsContext) -> int:
    """Send all events whose time has come and that nobody is sending; return how many were dealt with."""
    dealt_with = 0
    while True:
        async with ctx.db.acquire() as conn:
            claimed = await delayed_events.claim_due(conn, CLAIM_S, BATCH, ctx.shares.held)
        for delay_id in claimed:
            await _send_claimed(ctx, delay_id)
        dealt_with += len(claimed)
        if len(claimed) < BATCH:
            return dealt_with


async def send_delayed_event(ctx: RoomsContext, event: DelayedEvent) -> EventId:
    """Send an event as its user, who may have been closed out since.

    Raises: what sending it at once would raise.
    """
    requester = await _requester(ctx, event)
    if event.state_key is not None:
        return await set_state(
            ctx, requester, event.room_id, event.type, event.state_key, event.content,
            origin_server_ts=event.origin_server_ts,
        )  # fmt: skip
    return await send_message(
        ctx, requester, event.room_id, event.type, event.content, DELAYED + event.delay_id,
        origin_server_ts=event.origin_server_ts,
    )  # fmt: skip


def error_response(error: MatrixError) -> JsonObject:
    """Return the body of the response that an error is."""
    return {"errcode": error.errcode, "error": error.message, **error.extra}


async def _send_claimed(ctx: RoomsContext, delay_id: str) -> None:
    """Send one event; what refuses it ends it, but that the database is away."""
    async with ctx.db.acquire() as conn:
        event = await delayed_events.select_delayed(conn, delay_id)
    assert event is not None, "what is claimed is there"
    if event.outcome is not None:  # another worker was faster than this one, which stood still
        return
    event_id, error = None, None
    try:
        event_id = await send_delayed_event(ctx, event)
    except Unavailable:
        raise
    except MatrixError as refusal:
        error = error_response(refusal)
    except Exception:
        log.exception("delayed_events.failed", delay_id=delay_id, room_id=event.room_id)
        error = {"errcode": "M_UNKNOWN", "error": "The event could not be sent"}
    outcome = Outcome.SEND if error is None else Outcome.ERROR
    async with ctx.db.acquire() as conn:
        await delayed_events.finalise_delayed(
            conn, delay_id, outcome, ctx.clock.now_ms(), by_action=False, event_id=event_id, error=error
        )


async def _requester(ctx: RoomsContext, event: DelayedEvent) -> Requester:
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, event.user_id)
    if account is None or account.deactivated_ts is not None or account.is_locked:
        raise Forbidden("The account is closed")
    if account.is_suspended:
        raise UserSuspended()
    return Requester(account.user_id, account.user_nid, None, None, None, account.is_guest, account.is_admin)


async def _run(ctx: RoomsContext) -> None:
    while True:
        ctx.delayed.clear()
        try:
            await send_due_events(ctx)
            async with ctx.db.acquire() as conn:
                await delayed_events.delete_finalised(conn, ctx.clock.now_ms() - KEPT_MS)
                next_in_ms = await delayed_events.select_next_due(conn, ctx.shares.held)
        except Unavailable as error:
            log.log(level_of(error), "delayed_events.put_off", error=error.message)
            next_in_ms = None
        wait_s = LOOK_EVERY_S
        if next_in_ms is not None:
            wait_s = min(wait_s, max(0.05, next_in_ms / 1000))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await ctx.delayed.wait()
