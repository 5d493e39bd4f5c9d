"""Delete files that nobody has asked for in a long time, where the configuration says how long that is."""

from datetime import timedelta

from homeserver.media.remove import delete_unused_media
from homeserver.retention.context import RetentionContext


async def expire_media(ctx: RetentionContext) -> tuple[int, int]:
    """Delete files of this server's users, and copies of others', that were left alone; return how many."""
    settings = ctx.rooms.settings.retention
    return (
        await _expire(ctx, settings.local_media, local=True),
        await _expire(ctx, settings.remote_media, local=False),
    )


async def _expire(ctx: RetentionContext, kept: timedelta | None, *, local: bool) -> int:
    if kept is None:
        return 0
    before_ms = ctx.rooms.clock.now_ms() - int(kept.total_seconds() * 1000)
    return await delete_unused_media(ctx.media, local=local, before_ms=before_ms)
