"""Which jobs there are on rooms, and what does them."""

from functools import partial

from homeserver.retention.context import RetentionContext
from homeserver.retention.purge_history import PURGE_HISTORY, purge_history_step


def add_room_jobs(ctx: RetentionContext) -> None:
    """Let this worker do jobs on rooms."""
    ctx.kinds.works[PURGE_HISTORY] = partial(purge_history_step, ctx)
