"""The summary of a room, from which clients that load members lazily make its name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Mapping, Sequence

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.viewer import Viewer
from homeserver.storage.memberships import Hero, select_heroes, select_rooms_of_others
from homeserver.sync.delta import Summary, Timeline
from homeserver.sync.spans import Span


def needs_summary(span: Span, timeline: Timeline) -> bool:
    """Whether the summary may have changed since the client was told."""
    return span.is_whole or timeline.limited or timeline.changes_summary or timeline.shows_summary


async def rooms_to_summarize(
    ctx: RoomsContext, spans: Sequence[Span], timelines: Mapping[int, Timeline]
) -> list[int]:
    """Return the rooms whose summary is shown. Where all else is hidden, it has to have changed."""
    needed = [span for span in spans if needs_summary(span, timelines[span.room_nid])]
    alone = [s for s in needed if not (s.is_whole or _shows_more(timelines[s.room_nid]))]
    if not alone:
        return [span.room_nid for span in needed]
    async with ctx.db.acquire() as conn:
        changed = await select_rooms_of_others(conn, [(s.room_nid, s.since, s.upto) for s in alone])
    unchanged = {span.room_nid for span in alone} - changed
    return [span.room_nid for span in needed if span.room_nid not in unchanged]


def _shows_more(timeline: Timeline) -> bool:
    return bool(timeline.events) or timeline.limited or timeline.shows_summary


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
