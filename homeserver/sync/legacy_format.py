"""What the endpoints from before /sync show otherwise: each event says its room and, twice, its user.

COMPAT: clients of that time read who sent an event, or whose presence it is, from `user_id`.
"""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.render_event import render_events
from homeserver.rooms.viewer import Viewer
from homeserver.storage.account_data import AccountData
from homeserver.storage.events import StoredEvent
from homeserver.sync.delta import RoomDelta
from homeserver.sync.personal import render_account_data


async def legacy_events(
    ctx: RoomsContext, events: Sequence[StoredEvent], viewer: Viewer
) -> list[orjson.Fragment]:
    """Render events, of any rooms, in the order given."""
    senders = await ctx.names.user_ids({event.sender_nid for event in events})
    rendered = await render_events(ctx, events, viewer)
    return [
        _with_user_id(fragment, senders[event.sender_nid])
        for event, fragment in zip(events, rendered, strict=True)
    ]


def legacy_presence(events: Iterable[JsonObject]) -> list[JsonObject]:
    """Render presence."""
    return [event | {"content": event["content"] | {"user_id": event["sender"]}} for event in events]


def legacy_ephemeral(delta: RoomDelta) -> list[JsonObject]:
    """Render typing and receipts of a room."""
    return [event | {"room_id": delta.room.room_id} for event in delta.ephemeral]


def legacy_account_data(
    found: Mapping[int, Sequence[AccountData]], room_ids: Mapping[int, str]
) -> list[JsonObject]:
    """Render account data: that of rooms names its room, all other that of the account."""
    return [
        render_account_data(data) | ({"room_id": room_ids[room_nid]} if room_nid in room_ids else {})
        for room_nid, of_room in found.items()
        for data in of_room
    ]


def _with_user_id(fragment: orjson.Fragment, user_id: str) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(fragment)[:-1] + b',"user_id":' + orjson.dumps(user_id) + b"}")
