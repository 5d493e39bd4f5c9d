"""Look delayed events up, restart or cancel them, or send them before their time (MSC4140)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from homeserver.errors import MatrixError, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send_delayed import CLAIM_S, send_delayed_event
from homeserver.storage import delayed_events
from homeserver.storage.delayed_events import DelayedEvent, DelayedFilter, Outcome

PAGE: Final = 50


async def manage_delayed_event(ctx: RoomsContext, delay_id: str, action: str) -> None:
    """Do what the holder of a delayed event's id wants; what was done before counts as done.

    Raises: NotFound for an unknown id or action; MatrixError 409 where the event has ended otherwise, or is
    being sent; with `send`, what refuses the event, which then stays scheduled.
    """
    known = _ACTIONS.get(action)
    async with ctx.db.acquire() as conn:
        event = await delayed_events.select_delayed(conn, delay_id)
    if known is None or event is None:
        raise NotFound("There is no such delayed event")
    if event.outcome is None and await known(ctx, event):
        return
    async with ctx.db.acquire() as conn:
        event = await delayed_events.select_delayed(conn, delay_id)
    ended = None if event is None else event.outcome
    if (action == "send" and ended is Outcome.SEND) or (
        action == "cancel" and ended in (Outcome.CANCEL, Outcome.ERROR)
    ):
        return
    raise MatrixError("M_UNKNOWN", 409, "The delayed event has been dealt with, or is just being sent")


async def get_delayed_event(ctx: RoomsContext, user_nid: int, delay_id: str) -> DelayedEvent:
    """Return a delayed event of a user's own. Raises NotFound."""
    async with ctx.db.acquire() as conn:
        event = await delayed_events.select_delayed(conn, delay_id)
    if event is None or event.user_nid != user_nid:
        raise NotFound("There is no such delayed event")
    return event


async def list_delayed_events(
    ctx: RoomsContext, user_nid: int, wanted: DelayedFilter, after: tuple[int, str]
) -> tuple[list[DelayedEvent], bool]:
    """Return a page of a user's delayed events by the time of their sending, and whether there are more."""
    async with ctx.db.acquire() as conn:
        events = await delayed_events.select_delayed_of_user(conn, user_nid, after, wanted, PAGE + 1)
    return events[:PAGE], len(events) > PAGE


async def _restart(ctx: RoomsContext, event: DelayedEvent) -> bool:
    async with ctx.db.acquire() as conn:
        return await delayed_events.restart_delayed(conn, event.delay_id)


async def _cancel(ctx: RoomsContext, event: DelayedEvent) -> bool:
    async with ctx.db.acquire() as conn:
        return await delayed_events.cancel_delayed(conn, event.delay_id, ctx.clock.now_ms())


async def _send(ctx: RoomsContext, event: DelayedEvent) -> bool:
    async with ctx.db.acquire() as conn:
        if not await delayed_events.claim_delayed(conn, event.delay_id, CLAIM_S):
            return False
    try:
        event_id = await send_delayed_event(ctx, event)
    except MatrixError:
        async with ctx.db.acquire() as conn:
            await delayed_events.release_delayed(conn, event.delay_id)
        raise
    async with ctx.db.acquire() as conn:
        await delayed_events.finalise_delayed(
            conn, event.delay_id, Outcome.SEND, ctx.clock.now_ms(), by_action=True, event_id=event_id
        )
    return True


_ACTIONS: Final[Mapping[str, Callable[[RoomsContext, DelayedEvent], Awaitable[bool]]]] = {
    "restart": _restart,
    "cancel": _cancel,
    "send": _send,
}
