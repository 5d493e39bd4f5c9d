"""Delete the messages of a room up to an event or a time.

State events stay, and so do the events that the next one will name: everything later still has the state
that it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import EventId, RoomId
from homeserver.errors import InvalidParam, NotFound
from homeserver.json_types import JsonObject
from homeserver.retention.context import RetentionContext
from homeserver.retention.jobs import Step, ask_for_job
from homeserver.retention.purge_batch import forget_purged, purge_batch, settle_forks
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_by_id
from homeserver.storage import purge
from homeserver.storage.events import select_closest, select_events
from homeserver.storage.jobs import Job
from homeserver.storage.purge import Candidate
from homeserver.storage.rooms import Room

PURGE_HISTORY: Final = "purge_history"
BATCH: Final = 500
NOWHERE: Final = (-(2**62), 0)
"""Before every place."""


@dataclass(frozen=True, slots=True)
class PurgeUpTo:
    """Up to which event, itself excluded; or everything older than a time by the clock of its sender."""

    event_id: EventId | None = None
    before_ms: int | None = None


async def purge_history(
    ctx: RetentionContext, room_id: RoomId, upto: PurgeUpTo, *, delete_local_events: bool = False
) -> str:
    """Have a room's history deleted up to an event or a time; return the job's id.

    Events of this server's own users stay unless `delete_local_events`: nobody else may have them.

    Raises: NotFound for an unknown room or event, InvalidParam where nothing is that old.
    """
    room = await room_by_id(ctx.rooms, room_id)
    place = await _place_of(ctx.rooms, room, upto)
    arguments: JsonObject = {"place": list(place), "delete_local_events": delete_local_events}
    job_id = await ask_for_job(ctx.rooms, PURGE_HISTORY, room_id, arguments)
    assert job_id is not None
    ctx.asked.ask()
    return job_id


async def purge_history_step(ctx: RetentionContext, job: Job) -> Step:
    """Delete one batch; at the end look through the forks for events that name a deleted one."""
    room = await room_by_id(ctx.rooms, RoomId(job.subject))
    if "settle_after" in job.progress:
        return await settle_step(ctx, room, job.progress)
    after = tuple(job.progress.get("after", NOWHERE))
    place = tuple(job.arguments["place"])
    own = None if job.arguments["delete_local_events"] else ctx.rooms.server_name
    async with ctx.rooms.db.acquire() as conn:
        if "total" not in job.progress:
            job.progress["total"] = await purge.count_before_place(conn, room.nid, place, but_of=own)
        candidates = await purge.select_before_place(conn, room.nid, after, place, BATCH, but_of=own)
    progress = await delete_batch(ctx, room, job.progress, candidates)
    if candidates:
        progress["after"] = [candidates[-1].topo, candidates[-1].event_nid]
    return Step(progress)


async def delete_batch(
    ctx: RetentionContext, room: Room, progress: JsonObject, candidates: list[Candidate]
) -> JsonObject:
    """Delete a batch and return the progress with it; after the last one, that of settling the forks."""
    progress = {"deleted": 0, **progress}
    gone = await purge_batch(ctx.rooms, room, candidates) if candidates else []
    progress["deleted"] += len(gone)
    progress["lowest"] = min([*(e.topo for e in gone), progress.get("lowest", 2**62)])
    progress["position"] = max([*(e.position or 0 for e in gone), progress.get("position", 0)])
    progress["count"] = max([*(e.notify_count for e in gone), progress.get("count", 0)])
    if len(candidates) < BATCH:
        progress["settle_after"] = [progress["lowest"], 0]
    return progress


async def settle_step(ctx: RetentionContext, room: Room, progress: JsonObject) -> Step:
    """Do a part of what follows the deletion: forks, receipts, and what workers remember."""
    if not progress["deleted"]:
        return Step(progress, is_last=True)
    if (after := progress["settle_after"]) is not None:
        place = await settle_forks(ctx.rooms, room, (after[0], after[1]), BATCH)
        return Step({**progress, "settle_after": place})
    async with ctx.rooms.db.transaction() as conn:
        receipts = await purge.move_receipts(conn, room.nid, BATCH)
        if receipts < BATCH:
            await purge.count_as_read(
                conn, room.nid, ctx.rooms.server_name, progress["position"], progress["count"]
            )
    if receipts < BATCH:
        await forget_purged(ctx.rooms, room)
    return Step(progress, is_last=receipts < BATCH)


async def _place_of(ctx: RoomsContext, room: Room, upto: PurgeUpTo) -> tuple[int, int]:
    async with ctx.db.acquire() as conn:
        if upto.event_id is not None:
            event = (await select_events(conn, [upto.event_id])).get(upto.event_id)
            if event is None or event.room_nid != room.nid:
                raise NotFound("There is no such event in this room")
        elif upto.before_ms is not None:
            event = await select_closest(conn, room.nid, upto.before_ms, forwards=False)
            if event is None:
                raise NotFound("The room has no event that old")
        else:
            raise InvalidParam("Either an event or a time is needed")
    if not event.has_place:
        raise InvalidParam("The event has no place in the room's history")
    # The newest event before a time is deleted too; an event that is named stays.
    return event.place if upto.event_id is not None else (event.topo, event.event_nid + 1)
