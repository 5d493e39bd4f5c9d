"""The extension for thread subscriptions, and pages of what it leaves out.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4308
"""

import re
from collections.abc import Sequence
from typing import Final

from homeserver.errors import InvalidParam
from homeserver.json_types import JsonObject
from homeserver.storage.positions import Stream
from homeserver.storage.thread_subscriptions import ThreadSubscription, select_subscription_changes
from homeserver.sync.context import SyncContext
from homeserver.sync.sliding.survey import Survey

MAX_PAGE: Final = 100

_TOKEN = re.compile(r"u([0-9]{1,18})")


async def load_thread_subscriptions(ctx: SyncContext, found: Survey, limit: int) -> JsonObject:
    """Return the newest changes since the client's position; empty where there are none."""
    viewer_nid = found.request.viewer.user_nid
    since = 0 if found.since is None else found.since.position
    if found.since is not None and not (ctx.changes.of_user(viewer_nid, since) & Stream.THREAD_SUBSCRIPTIONS):
        return {}
    body, older = await _load(ctx, viewer_nid, since, found.token.position, limit)
    return body | ({"prev_batch": older} if older is not None else {})


async def page_of_thread_subscriptions(
    ctx: SyncContext, user_nid: int, start: str | None, since: int, limit: int
) -> JsonObject:
    """Return changes before a token of these pages, or the newest, back to a position.

    Raises: InvalidParam.
    """
    upto = ctx.rooms.tailer.applied
    if start is not None:
        match = _TOKEN.fullmatch(start)
        if match is None:
            raise InvalidParam("from is not a token of these pages")
        upto = int(match[1])
    body, older = await _load(ctx, user_nid, since, upto, min(limit, MAX_PAGE))
    return body | ({"end": older} if older is not None else {})


async def _load(
    ctx: SyncContext, user_nid: int, since: int, upto: int, limit: int
) -> tuple[JsonObject, str | None]:
    """Return changes, and a token for those that are older than the limit lets through."""
    async with ctx.rooms.db.acquire() as conn:
        changes = await select_subscription_changes(conn, user_nid, since, upto, limit + 1)
    more = len(changes) > limit
    changes = changes[:limit]
    body = await _render(ctx, changes)
    return body, f"u{changes[-1].position - 1}" if more else None


async def _render(ctx: SyncContext, changes: Sequence[ThreadSubscription]) -> JsonObject:
    rooms = await ctx.rooms.names.rooms({change.room_nid for change in changes})
    body: JsonObject = {}
    for change in changes:
        room_id = rooms[change.room_nid].room_id
        if change.subscribed:
            threads = body.setdefault("subscribed", {}).setdefault(room_id, {})
            threads[change.root_id] = {"automatic": change.automatic, "bump_stamp": change.position}
        else:
            threads = body.setdefault("unsubscribed", {}).setdefault(room_id, {})
            threads[change.root_id] = {"bump_stamp": change.position}
    return body
