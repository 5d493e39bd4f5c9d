"""Receipts, typing and presence as application services see them.

Spec: https://spec.matrix.org/v1.19/application-service-api/#pushing-ephemeral-data
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.receipt_contents import build_receipt_contents
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.storage.appservice_news import PlacedReceipt
from homeserver.storage.receipts import StoredReceipt

OFFLINE: JsonObject = {"presence": "offline"}


async def receipt_events(ctx: RoomsContext, receipts: Sequence[PlacedReceipt]) -> list[JsonObject]:
    """Return receipts as `m.receipt` events, each with its room."""
    of_room: defaultdict[int, list[StoredReceipt]] = defaultdict(list)
    for placed in receipts:
        of_room[placed.room_nid].append(placed.receipt)
    rooms = await ctx.names.rooms(of_room)
    return [
        {"type": "m.receipt", "room_id": rooms[room_nid].room_id, "content": content}
        for room_nid, found in of_room.items()
        for content in build_receipt_contents(found)
    ]


async def typing_events(ctx: EphemeralContext, room_nids: Collection[int]) -> list[JsonObject]:
    """Return who is typing in rooms now as `m.typing` events."""
    rooms = await ctx.rooms.names.rooms(room_nids)
    return [
        {"type": "m.typing", "room_id": room.room_id, "content": {"user_ids": ctx.typing.current(nid)}}
        for nid, room in rooms.items()
    ]


async def presence_events(ctx: EphemeralContext, user_nids: Collection[int]) -> list[JsonObject]:
    """Return how users are present now as `m.presence` events."""
    names = await ctx.rooms.names.user_ids(user_nids)
    return [
        {"type": "m.presence", "sender": user_id, "content": ctx.presence.content(nid) or OFFLINE}
        for nid, user_id in names.items()
    ]
