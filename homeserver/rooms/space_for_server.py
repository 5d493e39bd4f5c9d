"""Show a space to another server.

Spec: https://spec.matrix.org/v1.19/server-server-api/#spaces
"""

from collections.abc import Sequence

from federation.protocol.ids import RoomId, ServerName
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_summary import RoomSummary, render_summary
from homeserver.rooms.space_children import SpaceChild, valid_children
from homeserver.storage.events import load_json
from homeserver.storage.room_servers import is_in_room, is_invited
from homeserver.storage.state import select_current_state_of_type


async def space_for_server(
    ctx: RoomsContext, server: ServerName, room_id: RoomId, *, suggested_only: bool
) -> JsonObject | None:
    """Return a room with those of its children that users of a server may see, one level deep.

    Children that this server does not know are left out: the asking server may find them elsewhere. Returns
    None where the room itself is unknown, or not theirs to see.
    """
    summary = await _summary(ctx, room_id)
    if summary is None or not await _may_see(ctx, server, summary):
        return None
    children = await space_children(ctx, summary, suggested_only=suggested_only)
    visible: list[JsonObject] = []
    inaccessible: list[RoomId] = []
    for child in children:
        found = await _summary(ctx, child.room_id)
        if found is not None and await _may_see(ctx, server, found):
            visible.append(render_summary(found))
        elif found is not None:
            inaccessible.append(child.room_id)
    return {
        "room": {**render_summary(summary), "children_state": [child.stripped for child in children]},
        "children": visible,
        "inaccessible_children": inaccessible,
    }


async def space_children(
    ctx: RoomsContext, summary: RoomSummary, *, suggested_only: bool
) -> Sequence[SpaceChild]:
    """Return the children that a space lists, in order; a room that is no space lists none."""
    if summary.room_type != "m.space":
        return ()
    async with ctx.db.acquire() as conn:
        events = await select_current_state_of_type(conn, summary.room.nid, "m.space.child")
    listed = [load_json(event.json) for event in events if event.redacted_by is None]
    return valid_children(listed, suggested_only=suggested_only)


async def _summary(ctx: RoomsContext, room_id: RoomId) -> RoomSummary | None:
    room = await ctx.names.room(room_id)
    return None if room is None else await ctx.summaries.of_room(room.nid)


async def _may_see(ctx: RoomsContext, server: ServerName, summary: RoomSummary) -> bool:
    """Tell whether users of a server are in a room, are invited, or could get in by its rules."""
    if summary.is_open:
        return True
    allowed = [await ctx.names.room(room_id) for room_id in summary.allowed_room_ids]
    async with ctx.db.acquire() as conn:
        for room in (summary.room, *allowed):
            if room is not None and await is_in_room(conn, room.nid, server):
                return True
        return await is_invited(conn, summary.room.nid, server)
