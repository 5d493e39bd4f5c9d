"""Events as application services see them: in the client's format, from nobody's point of view."""

from collections.abc import Sequence

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_bodies import client_event
from homeserver.rooms.render_event import load_unsigned, render_event
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.out_of_band import select_out_of_band

NOBODY = Viewer(UserId(""), 0)
PERSONAL = ("membership", "m.relations")
"""What `unsigned` says to one viewer only, or says of what came later."""


async def render_events(ctx: RoomsContext, events: Sequence[StoredEvent]) -> list[orjson.Fragment]:
    """Render events of any rooms, in the order given."""
    rooms = await ctx.names.rooms({event.room_nid for event in events})
    extras = await load_unsigned(ctx, rooms, events, NOBODY)
    now_ms = ctx.clock.now_ms()
    rendered = []
    for event in events:
        extra = {name: value for name, value in extras[event.event_nid].items() if name not in PERSONAL}
        room = rooms[event.room_nid]
        rendered.append(render_event(ctx.bodies, room, event, NOBODY, now_ms, extra, with_room_id=True))
    return rendered


async def render_invites(ctx: RoomsContext, changes: Sequence[tuple[int, int, int]]) -> list[JsonObject]:
    """Render memberships of rooms of other servers that this server is not in.

    Each change is the position, the user and the room; what is not the newest any more is left out.
    """
    rendered: list[JsonObject] = []
    for position, user_nid, room_nid in changes:
        room = (await ctx.names.rooms([room_nid]))[room_nid]
        async with ctx.db.acquire() as conn:
            found = (await select_out_of_band(conn, user_nid, [room_nid])).get(room_nid)
        if found is None or found.event.position != position:
            continue
        event = client_event(room, found.event) | {"room_id": room.room_id}
        age = max(0, ctx.clock.now_ms() - found.event.origin_server_ts)
        shown = orjson.loads(found.shown)
        rendered.append({**event, "unsigned": {"age": age, "invite_room_state": shown}})
    return rendered
