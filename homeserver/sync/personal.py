"""What a sync shows to one user or one device only: account data and to-device messages."""

from collections.abc import Mapping, Sequence

import orjson

from homeserver.json_types import JsonObject
from homeserver.push.get_rules import PUSH_RULES, push_rules_content
from homeserver.storage import account_data as account_data_rows
from homeserver.storage import to_device as to_device_rows
from homeserver.storage.account_data import GLOBAL, AccountData
from homeserver.storage.db import Connection
from homeserver.storage.positions import Stream
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest
from homeserver.sync.spans import Span

MAX_TO_DEVICE = 100


async def load_account_data(
    ctx: SyncContext, request: SyncRequest, since: int, upto: int
) -> dict[int, list[AccountData]]:
    """Return the account data that changed, by room and under GLOBAL."""
    viewer = request.viewer
    if request.since is not None and not ctx.changes.of_user(viewer.user_nid, since) & Stream.ACCOUNT_DATA:
        return {}
    async with ctx.rooms.db.acquire() as conn:
        found = await account_data_rows.select_account_data(conn, viewer.user_nid, since, upto)
    of_account = [data for data in found.get(GLOBAL, ()) if data.type != PUSH_RULES]
    if request.since is None or len(of_account) < len(found.get(GLOBAL, ())):
        found[GLOBAL] = [*of_account, await _push_rules(ctx, request)]
    return found


async def _push_rules(ctx: SyncContext, request: SyncRequest) -> AccountData:
    """Return the rules as they are now; what is stored as account data only says when they changed."""
    rules = await ctx.push.rules.of_user(request.viewer.user_nid)
    content = push_rules_content(request.viewer.user_id, rules.own)
    return AccountData(GLOBAL, PUSH_RULES, orjson.dumps(content))


def global_account_data(
    request: SyncRequest, changed: Mapping[int, Sequence[AccountData]]
) -> list[JsonObject]:
    """Return the account's own data that the filter lets through."""
    allowed = request.filter.account_data
    return [render_account_data(data) for data in changed.get(GLOBAL, ()) if allowed.allows_type(data.type)]


async def add_room_account_data(
    conn: Connection,
    request: SyncRequest,
    changed: Mapping[int, Sequence[AccountData]],
    spans: Sequence[Span],
    deltas: Mapping[int, RoomDelta],
) -> None:
    """Add each room's account data: what changed, or all of it where the room is shown whole."""
    whole = [span.room_nid for span in spans if span.is_whole]
    data = dict(changed)
    if whole and request.since is not None:
        data |= await account_data_rows.select_account_data_of_rooms(
            conn, request.viewer.user_nid, whole, spans[0].upto
        )
    allowed = request.filter.room.account_data
    for span in spans:
        deltas[span.room_nid].account_data = [
            render_account_data(found)
            for found in data.get(span.room_nid, ())
            if allowed.allows_type_in(deltas[span.room_nid].room.room_id, found.type)
        ]


def render_account_data(data: AccountData) -> JsonObject:
    return {"type": data.type, "content": orjson.Fragment(data.content)}


async def load_to_device(
    ctx: SyncContext, request: SyncRequest, since: int, upto: int
) -> list[orjson.Fragment]:
    """Return the messages that the device has not acknowledged, and drop those that its token acknowledges.

    What is more than a sync carries is moved to a later position, so that the token acknowledges only what
    was given out.
    """
    viewer = request.viewer
    if viewer.device_nid is None:
        return []
    moved = ctx.changes.of_user(viewer.user_nid, since) & Stream.TO_DEVICE
    if not moved and request.since is not None and not ctx.to_device_given.pop(viewer.device_nid, None):
        return []
    async with ctx.rooms.db.acquire() as conn:
        acknowledged = request.acknowledged or request.since
        if acknowledged is not None:
            await to_device_rows.delete_to_device(conn, viewer.device_nid, acknowledged.position)
        found = await to_device_rows.select_to_device(conn, viewer.device_nid, since, upto, MAX_TO_DEVICE + 1)
    if len(found) > MAX_TO_DEVICE:
        found = found[:MAX_TO_DEVICE]
        async with ctx.rooms.positions.write() as change:
            await to_device_rows.put_off_to_device(change.conn, change.position, viewer.device_nid, found[-1])
            change.touch(Stream.TO_DEVICE, users=[viewer.user_nid])
    if found:
        ctx.to_device_given[viewer.device_nid] = True
    return [orjson.Fragment(message.json) for message in found]
