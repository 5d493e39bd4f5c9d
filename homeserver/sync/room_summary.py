"""The summary of a room, from which clients that load members lazily make its name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Sequence

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.render_event import Viewer
from homeserver.storage.memberships import Hero, select_heroes
from homeserver.sync.delta import Summary, Timeline
from homeserver.sync.spans import Span


def needs_summary(span: Span, timeline: Timeline) -> bool:
    """Whether the summary may have changed since the client was told."""
    return span.is_whole or timeline.limited or timeline.changes_summary


async def load_summaries(ctx: RoomsContext, viewer: Viewer, room_nids: Sequence[int]) -> dict[int, Summary]:
    """Return the summaries of rooms; those without a name come with members to name them after."""
    if not room_nids:
        return {}
    known = await ctx.summaries.of_rooms(room_nids)
    unnamed = [nid for nid, summary in known.items() if not (summary.name or summary.canonical_alias)]
    heroes = await _load_heroes(ctx, viewer, unnamed) if unnamed else {}
    return {
        nid: Summary(summary.joined_members, summary.invited_members, heroes.get(nid))
        for nid, summary in known.items()
    }


async def _load_heroes(ctx: RoomsContext, viewer: Viewer, room_nids: Sequence[int]) -> dict[int, list[Hero]]:
    """Return the members to name rooms after; where nobody else is left, those who were there."""
    heroes: dict[int, list[Hero]] = {room_nid: [] for room_nid in room_nids}
    async with ctx.db.acquire() as conn:
        heroes |= await select_heroes(conn, room_nids, ["join", "invite"], viewer.user_nid)
        lonely = [room_nid for room_nid in room_nids if not heroes[room_nid]]
        if lonely:
            heroes |= await select_heroes(conn, lonely, ["leave", "ban"], viewer.user_nid)
    return heroes
