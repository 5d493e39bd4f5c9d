"""Tell one pusher what waits for it, and how much its user has not read.

Spec: https://spec.matrix.org/v1.19/push-gateway-api/#homeserver-behaviour
"""

from dataclasses import dataclass
from typing import Final

import orjson

from homeserver.json_types import JsonObject
from homeserver.pushers.back_off import GIVE_UP_MS
from homeserver.pushers.context import PushersContext
from homeserver.pushers.notification import PushedEvent, flatten, rejected_keys, render_notification
from homeserver.pushers.pusher import Pusher, PusherKind
from homeserver.pushers.send_web_push import Subscription, SubscriptionGone, send_web_push
from homeserver.pushers.waiting import describe, still_waiting
from homeserver.rooms.viewer import Viewer
from homeserver.storage import push_queue
from homeserver.sync.count_unread import count_unread

AT_ONCE: Final = 20
"""How many notifications are sent before other pushers have their turn."""


class PusherRejected(Exception):
    """Nobody listens at this pusher's key any more."""


class ShareLost(Exception):
    """Another worker tells this pusher's user by now."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told: everything up to a position, and this number of unread ones."""

    upto: int
    badge: int | None


async def deliver_push(ctx: PushersContext, pusher: Pusher) -> Told:
    """Send what waits, each as a notification; then the number of unread ones if there are fewer by now.

    What was sent is gone from the queue even if a later one fails.

    Raises: RemoteFailed, PusherRejected, ShareLost.
    """
    await ctx.rooms.tailer.wait_for(pusher.last_due)
    async with ctx.db.acquire() as conn:
        await push_queue.delete_queued_before(conn, pusher.nid, ctx.clock.now_ms() - GIVE_UP_MS)
        queued = await push_queue.select_queued(conn, pusher.nid, AT_ONCE)
    unread = await count_unread(ctx.sync, Viewer(pusher.user_id, pusher.user_nid))
    handled: list[int] = []
    badge = pusher.last_badge
    try:
        for waiting in await still_waiting(ctx, pusher, queued, unread):
            event = await describe(ctx, pusher, waiting)
            if event is not None:
                await push(ctx, pusher, event, unread.total)
                badge = unread.total
            handled.append(waiting.queued.position)
    finally:
        async with ctx.db.acquire() as conn:
            await push_queue.delete_queued(conn, pusher.nid, handled)
    if unread.total < (badge or 0):
        await push(ctx, pusher, None, unread.total)
        badge = unread.total
    is_all = len(queued) < AT_ONCE
    return Told(pusher.last_due if is_all else handled[-1], badge)


async def push(ctx: PushersContext, pusher: Pusher, event: PushedEvent | None, unread: int) -> None:
    """Send one notification. Raises RemoteFailed, PusherRejected, ShareLost."""
    if not ctx.rooms.shares.holds(pusher.user_nid):
        raise ShareLost
    notification = render_notification(pusher, event, unread)
    if pusher.settings.kind is PusherKind.HTTP:
        answer = await ctx.outgoing.post(pusher.url, {"notification": notification})
        if pusher.settings.pushkey in rejected_keys(answer):
            raise PusherRejected
    else:
        is_urgent = event is not None and event.is_urgent
        await _push_to_browser(ctx, pusher, flatten(notification, {"unread": unread}), is_urgent=is_urgent)


async def ask_to_activate(ctx: PushersContext, pusher: Pusher) -> None:
    """Send a browser the token by which its client shows that messages arrive.

    Raises: RemoteFailed, PusherRejected.
    """
    if pusher.ack_token is None or ctx.clock.now_ms() >= (pusher.ack_expires_ts or 0):
        return
    asked: JsonObject = {"app_id": pusher.settings.app_id, "ack_token": pusher.ack_token}
    await _push_to_browser(ctx, pusher, orjson.dumps(asked), is_urgent=True)


async def _push_to_browser(ctx: PushersContext, pusher: Pusher, message: bytes, *, is_urgent: bool) -> None:
    auth = str(pusher.settings.data.get("auth", ""))
    subscription = Subscription(pusher.url, pusher.settings.pushkey, auth)
    try:
        await send_web_push(ctx.outgoing, ctx.vapid, subscription, message, is_urgent=is_urgent)
    except SubscriptionGone as error:
        raise PusherRejected from error
