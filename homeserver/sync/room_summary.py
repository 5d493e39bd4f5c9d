"""The summary of a room, from which clients that load members lazily make its name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Sequence

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.render_event import Viewer
from homeserver.storage.memberships import select_heroes


async def load_summaries(
    ctx: RoomsContext, viewer: Viewer, room_nids: Sequence[int]
) -> dict[int, JsonObject]:
    """Return the summaries of rooms; those without a name come with members to name them after."""
    if not room_nids:
        return {}
    known = await ctx.summaries.of_rooms(room_nids)
    unnamed = [nid for nid, summary in known.items() if not (summary.name or summary.canonical_alias)]
    heroes = await _load_heroes(ctx, viewer, unnamed) if unnamed else {}
    summaries: dict[int, JsonObject] = {}
    for room_nid, summary in known.items():
        summaries[room_nid] = {
            "m.joined_member_count": summary.joined_members,
            "m.invited_member_count": summary.invited_members,
        }
        if room_nid in heroes:
            summaries[room_nid]["m.heroes"] = heroes[room_nid]
    return summaries


async def _load_heroes(
    ctx: RoomsContext, viewer: Viewer, room_nids: Sequence[int]
) -> dict[int, list[UserId]]:
    """Return the members to name rooms after; where nobody else is left, those who were there."""
    heroes: dict[int, list[UserId]] = {room_nid: [] for room_nid in room_nids}
    async with ctx.db.acquire() as conn:
        heroes |= await select_heroes(conn, room_nids, ["join", "invite"], viewer.user_nid)
        lonely = [room_nid for room_nid in room_nids if not heroes[room_nid]]
        if lonely:
            heroes |= await select_heroes(conn, lonely, ["leave", "ban"], viewer.user_nid)
    return heroes
