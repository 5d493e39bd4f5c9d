"""Jobs done at once, in the test's own task."""

from homeserver.retention.context import RetentionContext
from homeserver.retention.job_kinds import add_room_jobs
from homeserver.retention.jobs import do_next_step
from homeserver.rooms.context import RoomsContext
from homeserver.storage.jobs import JobStatus, select_jobs


def retention_on(rooms: RoomsContext) -> RetentionContext:
    """Return what deletions work with, without media and without any waiting."""
    ctx = RetentionContext(rooms, None, rooms.shares.call("jobs"), settle_s=0.0)  # type: ignore[arg-type]
    add_room_jobs(ctx)
    return ctx


async def do_jobs(ctx: RetentionContext) -> None:
    """Do all jobs to their ends."""
    while await do_next_step(ctx.rooms, ctx.kinds):
        pass


async def finish_jobs(ctx: RetentionContext) -> None:
    """Do all jobs to their ends, together with the server that does them too."""
    unfinished = True
    while unfinished:
        await do_next_step(ctx.rooms, ctx.kinds)
        async with ctx.rooms.db.acquire() as conn:
            unfinished = bool(await select_jobs(conn, [JobStatus.SCHEDULED, JobStatus.ACTIVE]))
