"""Jobs done at once, in the test's own task."""

from homeserver.retention.context import RetentionContext
from homeserver.retention.job_kinds import add_room_jobs
from homeserver.retention.jobs import do_next_step
from homeserver.rooms.context import RoomsContext


def retention_on(rooms: RoomsContext) -> RetentionContext:
    """Return what deletions work with, without media and without any waiting."""
    ctx = RetentionContext(rooms, None, settle_s=0.0)  # type: ignore[arg-type]
    add_room_jobs(ctx)
    return ctx


async def do_jobs(ctx: RetentionContext) -> None:
    """Do all jobs to their ends."""
    while await do_next_step(ctx.rooms, ctx.kinds):
        pass
