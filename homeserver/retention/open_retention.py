"""Run what deletes: jobs that were asked for, and what has had its time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, TypeAlias

import structlog

from homeserver.errors import Unavailable
from homeserver.media.context import MediaContext
from homeserver.retention.context import RetentionContext
from homeserver.retention.erase_redacted import erase_redacted_events
from homeserver.retention.expire_media import expire_media
from homeserver.retention.expire_messages import ask_for_expiry
from homeserver.retention.job_kinds import add_room_jobs
from homeserver.retention.jobs import run_jobs
from homeserver.rooms.context import RoomsContext
from homeserver.storage.db import level_of

EXPIRE_EVERY_S: Final = 1_800.0
FIRST_AFTER_S: Final = 60.0
"""After the start, when there is more urgent work."""

Chore: TypeAlias = Callable[[RetentionContext], Awaitable[object]]
CHORES: Final[Sequence[Chore]] = (ask_for_expiry, erase_redacted_events, expire_media)

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_retention(rooms: RoomsContext, media: MediaContext) -> AsyncIterator[RetentionContext]:
    """Do jobs and expire what is old, for the length of the block.

    Whoever has jobs of other kinds adds them to `kinds` before the first is asked for.
    """
    ctx = RetentionContext(rooms, media, rooms.shares.call("jobs"))
    add_room_jobs(ctx)
    tasks = [
        asyncio.create_task(run_jobs(rooms, ctx.kinds, ctx.asked, rooms.shares), name="jobs"),
        asyncio.create_task(_do_chores(ctx), name="retention"),
    ]
    try:
        yield ctx
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _do_chores(ctx: RetentionContext) -> None:
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        for chore in CHORES:
            if ctx.rooms.shares.holds_name(chore.__name__):
                await _do(partial(chore, ctx))
        await asyncio.sleep(EXPIRE_EVERY_S)


async def _do(chore: Callable[[], Awaitable[object]]) -> None:
    try:
        await chore()
    except Unavailable as error:
        log.log(level_of(error), "retention.put_off", error=error.message)
    except Exception:  # one failure must not end the housekeeping
        log.exception("retention.failed")
