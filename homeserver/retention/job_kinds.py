"""Which jobs there are on rooms, and what does them."""

from functools import partial

from homeserver.retention.context import RetentionContext
from homeserver.retention.delete_room import DELETE_ROOM, delete_room_step
from homeserver.retention.expire_messages import EXPIRE_MESSAGES, expire_messages_step
from homeserver.retention.purge_history import PURGE_HISTORY, purge_history_step
from homeserver.retention.run_now import RUN_RETENTION, run_retention_step


def add_room_jobs(ctx: RetentionContext) -> None:
    """Let this worker do jobs on rooms."""
    ctx.kinds.works[PURGE_HISTORY] = partial(purge_history_step, ctx)
    ctx.kinds.works[DELETE_ROOM] = partial(delete_room_step, ctx)
    ctx.kinds.works[EXPIRE_MESSAGES] = partial(expire_messages_step, ctx)
    ctx.kinds.works[RUN_RETENTION] = partial(run_retention_step, ctx)
