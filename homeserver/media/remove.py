"""Delete files, or take many out of circulation at once: a user's, or what the events of a room name."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from homeserver.errors import NotFound
from homeserver.media.addresses import check_address
from homeserver.media.context import MediaContext
from homeserver.storage import media_removal
from homeserver.storage.media_removal import EventBytes

BATCH: Final = 500
ADDRESS: Final = re.compile(rb"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_-]{1,255})")


async def delete_media(ctx: MediaContext, origin: str, media_id: str) -> None:
    """Delete a file, or this server's copy of another server's. Raises NotFound."""
    check_address(origin, media_id)
    async with ctx.db.acquire() as conn:
        if not await media_removal.delete_media(conn, origin, media_id):
            raise NotFound("There is no such media")


async def delete_media_of_user(ctx: MediaContext, user_nid: int) -> int:
    """Delete all that a user uploaded; return how many files that were."""
    deleted = 0
    while True:
        async with ctx.db.acquire() as conn:
            batch = await media_removal.delete_media_of_user(conn, user_nid, BATCH)
        deleted += batch
        if batch < BATCH:
            return deleted


async def delete_media_of_events(ctx: MediaContext, event_nids: Sequence[int]) -> int:
    """Delete the files that events name: copies of other servers', and those their senders uploaded."""
    async with ctx.db.acquire() as conn:
        events = await media_removal.select_event_bytes(conn, event_nids)
        named = [(*address, event.sender_nid) for event in events for address in _addresses([event])]
        return await media_removal.delete_named_media(conn, named)


async def delete_unused_media(
    ctx: MediaContext, *, local: bool, before_ms: int, above_bytes: int = -1
) -> int:
    """Delete files of this server, or of others, that nobody has asked for since a time; return how many.

    With `above_bytes` only those that are larger.
    """
    deleted = 0
    while True:
        async with ctx.db.acquire() as conn:
            batch = await media_removal.delete_unused_media(
                conn, ctx.server_name, local=local, before_ms=before_ms, limit=BATCH, above_bytes=above_bytes
            )
        deleted += batch
        if batch < BATCH:
            return deleted


async def protect_media(ctx: MediaContext, media_id: str, *, protected: bool = True) -> None:
    """Let a file of this server be passed over when many are quarantined at once. Raises NotFound."""
    check_address(ctx.server_name, media_id)
    async with ctx.db.acquire() as conn:
        if not await media_removal.update_protected(conn, ctx.server_name, media_id, protected):
            raise NotFound("There is no such media")


async def quarantine_media_of_user(ctx: MediaContext, user_nid: int, *, quarantined: bool = True) -> int:
    """Refuse all that a user uploaded, or release it; return how many files that concerns."""
    async with ctx.db.transaction() as conn:
        return await media_removal.quarantine_of_user(conn, user_nid, quarantined=quarantined)


async def media_of_room(ctx: MediaContext, room_nid: int) -> list[tuple[str, str]]:
    """Return the origin and media id of every file that the events of a room name."""
    named: set[tuple[str, str]] = set()
    place: tuple[int, int] | None = (-(2**62), 0)
    while place is not None:
        async with ctx.db.acquire() as conn:
            events, place = await media_removal.select_room_bytes(conn, room_nid, place, BATCH)
        named |= _addresses(events)
    return sorted(named)


async def quarantine_media_of_room(ctx: MediaContext, room_nid: int) -> int:
    """Refuse every file that the events of a room name, page by page; return how many that are."""
    quarantined = 0
    place: tuple[int, int] | None = (-(2**62), 0)
    while place is not None:
        async with ctx.db.transaction() as conn:
            events, place = await media_removal.select_room_bytes(conn, room_nid, place, BATCH)
            quarantined += await media_removal.quarantine_named(conn, sorted(_addresses(events)))
    return quarantined


def _addresses(events: Iterable[EventBytes]) -> set[tuple[str, str]]:
    """Return the origins and media ids that stand anywhere in events."""
    return {
        (origin.decode(), media_id.decode())
        for event in events
        for origin, media_id in ADDRESS.findall(event.json)
    }
