"""Collects what nothing refers to any more, a bounded batch at a time.

Every step is safe to repeat and to run in several processes at once.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from homeserver.errors import Unavailable
from homeserver.fanout.shares import Shares
from homeserver.media.context import MediaContext
from homeserver.storage import media as rows

SHARE: Final = "media janitor"
BATCH: Final = 500
MAX_BATCHES_PER_ROUND: Final = 40
ROUND_S: Final = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one round did; `next_blob_nid` is where the next round goes on looking, 0 at the end."""

    next_blob_nid: int
    expired: int
    released: int
    deleted: int
    spool_files: int


async def run_janitor(ctx: MediaContext, shares: Shares) -> None:
    """Collect round after round until cancelled, each round where the last one stopped, on one worker."""
    next_blob_nid = 0
    while True:
        try:
            await write_access_times(ctx)
            if shares.holds_name(SHARE):
                collected = await collect_garbage(ctx, next_blob_nid)
                next_blob_nid = collected.next_blob_nid
        except Unavailable as error:
            log.warning("media_janitor_waits", reason=str(error))
        except Exception:  # one failure must not end the housekeeping
            log.exception("media_janitor_failed")
        await asyncio.sleep(ROUND_S)


async def collect_garbage(ctx: MediaContext, after_blob_nid: int = 0) -> Collected:
    """Do one bounded round: expired addresses, unreferenced bytes, files left in the spool."""
    now_ms = ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        # Twice the life time: an upload that began in time may still be running.
        expired = await rows.delete_expired_pending(conn, now_ms - ctx.limits.unused_expires_after_ms, BATCH)
    next_blob_nid, released = await _release(ctx, after_blob_nid, now_ms - ctx.limits.blob_grace_ms)
    deleted = await _delete_released(ctx)
    spool_s = (now_ms - ctx.limits.spool_grace_ms) / 1000
    spool_files = await asyncio.to_thread(ctx.spool.remove_older_than, spool_s, BATCH)
    return Collected(next_blob_nid, expired, released, deleted, spool_files)


async def write_access_times(ctx: MediaContext) -> None:
    """Write the gathered access times; call it once more before the process ends."""
    accesses = ctx.access_times.take()
    if accesses:
        async with ctx.db.acquire() as conn:
            await rows.update_last_access(conn, accesses)


async def _release(ctx: MediaContext, after_blob_nid: int, untouched_since_ms: int) -> tuple[int, int]:
    released = 0
    for _ in range(MAX_BATCHES_PER_ROUND):
        async with ctx.db.transaction() as conn:
            batch = await rows.select_blobs_after(conn, after_blob_nid, BATCH)
            released += await rows.release_unreferenced_blobs(conn, batch, untouched_since_ms)
        if len(batch) < BATCH:
            return 0, released
        after_blob_nid = batch[-1]
    return after_blob_nid, released


async def _delete_released(ctx: MediaContext) -> int:
    deleted = 0
    for _ in range(MAX_BATCHES_PER_ROUND):
        async with ctx.db.acquire() as conn:
            blobs = await rows.select_deleting_blobs(conn, BATCH)
        if not blobs:
            break
        # The bytes first, the row last: a crash in between leaves a row to try again with.
        await ctx.blobs.delete(blobs)
        async with ctx.db.acquire() as conn:
            await rows.delete_blobs(conn, blobs)
        deleted += len(blobs)
    return deleted
