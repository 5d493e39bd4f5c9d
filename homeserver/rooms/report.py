"""Report a room, an event or a user to the server's administrators.

Spec: https://spec.matrix.org/v1.19/client-server-api/#reporting-content
"""

from typing import Final

from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import BadJson, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_by_id
from homeserver.storage import events
from homeserver.storage.accounts import select_account
from homeserver.storage.events import StoredEvent
from homeserver.storage.reports import NewReport, insert_report

MAX_REASON_LENGTH: Final = 4_096


async def report_room(ctx: RoomsContext, requester: Requester, room_id: RoomId, reason: str) -> None:
    """Report a room, whether or not the requester is in it. Raises NotFound, BadJson."""
    room = await room_by_id(ctx, room_id)
    await _keep(ctx, NewReport(requester.user_nid, reason, ctx.clock.now_ms(), room_nid=room.nid))


async def report_event(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    event_id: EventId,
    reason: str,
    score: int | None = None,
) -> None:
    """Report an event of a room that the requester is in.

    Raises: NotFound, alike for an event that is not there and a room that the requester is not in; BadJson.
    """
    room = await ctx.names.room(room_id)
    async with ctx.db.acquire() as conn:
        event = (await events.select_events(conn, [event_id])).get(event_id)
    is_there = room is not None and event is not None and event.room_nid == room.nid
    if event is None or not is_there or not await _is_joined(ctx, requester, event):
        raise NotFound("The event was not found, or you are not joined to the room")
    await _keep(
        ctx,
        NewReport(
            requester.user_nid, reason, ctx.clock.now_ms(), event.room_nid, event.event_nid, score=score
        ),
    )


async def report_user(ctx: RoomsContext, requester: Requester, user_id: UserId, reason: str) -> None:
    """Report a user of this server. Raises NotFound, BadJson."""
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, user_id)
    if account is None:
        raise NotFound("There is no such user")
    await _keep(ctx, NewReport(requester.user_nid, reason, ctx.clock.now_ms(), user_nid=account.user_nid))


async def _is_joined(ctx: RoomsContext, requester: Requester, event: StoredEvent) -> bool:
    return await ctx.memberships.is_joined(requester.user_nid, event.room_nid)


async def _keep(ctx: RoomsContext, report: NewReport) -> None:
    if len(report.reason) > MAX_REASON_LENGTH:
        raise BadJson(f"`reason` has at most {MAX_REASON_LENGTH} characters")
    async with ctx.db.acquire() as conn:
        await insert_report(conn, report)
