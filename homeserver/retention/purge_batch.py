"""Delete a batch of a room's messages, so that the database is sound after each batch.

What names a deleted event among its prev events becomes a backward extremity: there history can be asked for.
"""

from collections.abc import Iterable, Sequence

from federation.protocol.ids import EventId
from homeserver.rooms.check_event import load_pdu
from homeserver.rooms.context import RoomsContext
from homeserver.storage import purge
from homeserver.storage.backward_extremities import insert_backward_extremities
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import Stream
from homeserver.storage.purge import Candidate, Gone
from homeserver.storage.rooms import Room


async def purge_batch(ctx: RoomsContext, room: Room, candidates: Sequence[Candidate]) -> list[Gone]:
    """Delete those of the messages that may go; return them."""
    async with ctx.db.transaction() as conn:
        kept = await purge.select_kept(conn, room.nid, candidates)
        going = [c.event_nid for c in candidates if c.event_nid not in kept]
        if not going:
            return []
        gone = await purge.delete_messages(conn, room.nid, going)
        positions = [event.position for event in gone if event.position is not None]
        await _note_lacking(conn, room, await purge.select_following(conn, room.nid, positions))
    return gone


async def settle_forks(
    ctx: RoomsContext, room: Room, after: tuple[int, int], limit: int
) -> tuple[int, int] | None:
    """Note what events off the main line lack, some of them; return the place to go on from, None at the end.

    Has to be done once, for all places after the first purged event, when the last batch is deleted.
    """
    async with ctx.db.transaction() as conn:
        forks = await purge.select_forks(conn, room.nid, after, limit)
        positions = [e.position for e in forks if e.extremities is not None and e.position is not None]
        children = [event for event in forks if event.state_base is not None]
        await _note_lacking(conn, room, [*children, *await purge.select_following(conn, room.nid, positions)])
        await purge.trim_extremities(conn, [event.event_nid for event in forks])
    return forks[-1].place if len(forks) == limit else None


async def forget_purged(ctx: RoomsContext, room: Room) -> None:
    """Have every worker drop what it remembers of a room."""
    async with ctx.positions.write() as change:
        change.touch(Stream.ROOM_META, rooms=[room.nid])


async def _note_lacking(conn: Connection, room: Room, children: Iterable[StoredEvent]) -> None:
    """Make those prev events of placed events that are not stored backward extremities."""
    named: dict[EventId, list[int]] = {}
    for child in children:
        if child.has_place:
            for event_id in load_pdu(room, child).prev_events:
                named.setdefault(event_id, []).append(child.event_nid)
    stored = await purge.select_placed_ids(conn, room.nid, list(named))
    lacking = {event_id: nids for event_id, nids in named.items() if event_id not in stored}
    await insert_backward_extremities(conn, room.nid, lacking)
