"""Delete messages that are older than their room, or the configuration, wants them kept.

They are hidden already: reading asks `rooms.lifetimes`.
"""

from typing import Final

from federation.protocol.ids import RoomId
from homeserver.retention.context import RetentionContext
from homeserver.retention.jobs import Step, ask_for_job
from homeserver.retention.purge_history import BATCH, delete_batch, settle_step
from homeserver.rooms.find_room import room_by_id
from homeserver.storage import purge
from homeserver.storage.jobs import Job
from homeserver.storage.lifetimes import select_expired_among, select_rooms_after

EXPIRE_MESSAGES: Final = "expire_messages"
ROOMS_PER_QUERY: Final = 500
SLACK_MS: Final = 3_600_000
"""Messages are deleted when they have been hidden for as long as this: not each by itself."""


async def ask_for_expiry(ctx: RetentionContext) -> int:
    """Ask for a job for each room that has expired messages; return how many were asked for."""
    lifetimes = ctx.rooms.lifetimes
    await lifetimes.load()
    asked = await _ask_for_rooms(ctx, list(lifetimes.with_policy()))
    after = 0
    while lifetimes.default_ms is not None:
        async with ctx.rooms.db.acquire() as conn:
            room_nids = await select_rooms_after(conn, after, ROOMS_PER_QUERY)
        asked += await _ask_for_rooms(ctx, room_nids)
        if len(room_nids) < ROOMS_PER_QUERY:
            break
        after = room_nids[-1]
    if asked:
        ctx.asked.ask()
    return asked


async def expire_messages_step(ctx: RetentionContext, job: Job) -> Step:
    """Delete one batch of a room's expired messages."""
    room = await room_by_id(ctx.rooms, RoomId(job.subject))
    if "settle_after" in job.progress:
        return await settle_step(ctx, room, job.progress)
    before_ms = ctx.rooms.lifetimes.expired_before_ms(room.nid)
    if before_ms is None:  # the room has thought better of it
        return Step({"deleted": 0, **job.progress}, is_last=True)
    after = tuple(job.progress.get("after", (-(2**62), 0)))
    async with ctx.rooms.db.acquire() as conn:
        candidates = await purge.select_before_time(conn, room.nid, after, before_ms, BATCH)
    progress = await delete_batch(ctx, room, job.progress, candidates)
    if candidates:
        progress["after"] = [candidates[-1].origin_server_ts, candidates[-1].event_nid]
    return Step(progress)


async def _ask_for_rooms(ctx: RetentionContext, room_nids: list[int]) -> int:
    asked = 0
    for start in range(0, len(room_nids), ROOMS_PER_QUERY):
        times = [
            (nid, before_ms - SLACK_MS)
            for nid in room_nids[start : start + ROOMS_PER_QUERY]
            if (before_ms := ctx.rooms.lifetimes.expired_before_ms(nid)) is not None
        ]
        async with ctx.rooms.db.acquire() as conn:
            expired = await select_expired_among(conn, times)
        for room_id in expired.values():
            job_id = await ask_for_job(ctx.rooms, EXPIRE_MESSAGES, room_id, {}, once=True)
            asked += job_id is not None
    return asked
