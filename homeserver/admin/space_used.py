"""How much space the server takes; found out at most once a minute, since that reads whole tables."""

import asyncio
import shutil
from dataclasses import dataclass
from typing import Final

from homeserver.rooms.context import RoomsContext
from homeserver.storage.admin_sizes import MediaSizes, select_database_size, select_media_sizes

REMEMBERED_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of the data folder, in bytes."""

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class SpaceUsed:
    """`disk` is None where neither database nor media are on this machine."""

    database_bytes: int
    media: MediaSizes
    disk: Disk | None


class RememberedSpace:
    """What was found out last, and when by the monotonic clock."""

    def __init__(self, rooms: RoomsContext) -> None:
        self._rooms = rooms
        self._known: tuple[float, SpaceUsed] | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> SpaceUsed:
        """Return it, as of a minute ago at most. Raises DatabaseUnavailable."""
        async with self._lock:
            now = self._rooms.clock.monotonic()
            if self._known is None or now - self._known[0] > REMEMBERED_S:
                self._known = now, await _find_out(self._rooms)
            return self._known[1]

    def forget(self) -> None:
        """Have it found out anew the next time."""
        self._known = None


async def _find_out(ctx: RoomsContext) -> SpaceUsed:
    async with ctx.db.acquire() as conn:
        database_bytes = await select_database_size(conn)
        media = await select_media_sizes(conn, ctx.server_name)
    return SpaceUsed(database_bytes, media, await asyncio.to_thread(_disk, ctx))


def _disk(ctx: RoomsContext) -> Disk | None:
    settings = ctx.settings
    if settings.database_url is not None and settings.media_url is not None:
        return None
    try:
        usage = shutil.disk_usage(settings.data_dir)
    except OSError:
        return None
    return Disk(usage.total, usage.free)
