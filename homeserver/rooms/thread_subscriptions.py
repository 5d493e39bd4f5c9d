"""Following threads, and not following them any more.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4306
"""

from federation.protocol.ids import EventId
from homeserver.errors import MatrixError, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.read_event import read_event
from homeserver.rooms.viewer import Viewer
from homeserver.storage.db import Connection
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.storage.thread_subscriptions import (
    ThreadSubscription,
    select_position_in_thread,
    select_subscription,
    upsert_subscription,
)

NOT_IN_THREAD = "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD"
CONFLICT = "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION"


async def get_subscription(
    ctx: RoomsContext, viewer: Viewer, room: Room, root_id: EventId
) -> ThreadSubscription:
    """Return the viewer's subscription to a thread.

    Raises: NotFound where there is none, or the viewer may not see the thread.
    """
    await read_event(ctx, viewer, room, root_id)
    async with ctx.db.acquire() as conn:
        known = await select_subscription(conn, viewer.user_nid, room.nid, root_id)
    if known is None or not known.subscribed:
        raise NotFound("You have not subscribed to this thread")
    return known


async def subscribe(
    ctx: RoomsContext, viewer: Viewer, room: Room, root_id: EventId, cause: EventId | None
) -> None:
    """Subscribe to a thread; with a `cause`, because a client found the viewer mentioned there.

    A subscription that the viewer asked for stays one. A cause that the viewer may have seen before they
    unsubscribed does not subscribe them again.

    Raises: NotFound; MatrixError 400 where the cause is not in the thread, 409 where it is too old.
    """
    await read_event(ctx, viewer, room, root_id)
    async with ctx.positions.write() as change:
        known = await select_subscription(change.conn, viewer.user_nid, room.nid, root_id)
        if cause is not None:
            await _check_cause(change.conn, room, root_id, cause, known)
        if known is not None and known.subscribed and (cause is not None or not known.automatic):
            return
        subscription = ThreadSubscription(room.nid, root_id, change.position, True, cause is not None)
        await upsert_subscription(change.conn, viewer.user_nid, subscription)
        change.touch(Stream.THREAD_SUBSCRIPTIONS, users=[viewer.user_nid])


async def unsubscribe(ctx: RoomsContext, viewer: Viewer, room: Room, root_id: EventId) -> None:
    """End a subscription, if there is one.

    Raises: NotFound where the viewer may not see the thread.
    """
    await read_event(ctx, viewer, room, root_id)
    async with ctx.positions.write() as change:
        known = await select_subscription(change.conn, viewer.user_nid, room.nid, root_id)
        if known is None or not known.subscribed:
            return
        subscription = ThreadSubscription(room.nid, root_id, change.position, False, False)
        await upsert_subscription(change.conn, viewer.user_nid, subscription)
        change.touch(Stream.THREAD_SUBSCRIPTIONS, users=[viewer.user_nid])


async def _check_cause(
    conn: Connection, room: Room, root_id: EventId, cause: EventId, known: ThreadSubscription | None
) -> None:
    position = await select_position_in_thread(conn, room.nid, root_id, cause)
    if position is None:
        raise MatrixError(NOT_IN_THREAD, 400, "This event is not in the thread")
    if known is not None and not known.subscribed and position <= known.position:
        raise MatrixError(CONFLICT, 409, "You have unsubscribed from this thread since")
