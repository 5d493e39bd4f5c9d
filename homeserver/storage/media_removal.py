"""Taking files away: deleting or quarantining many addresses at once.

Only addresses are deleted here. The janitor collects bytes, and thumbnails, that no address names any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

DELETE_MEDIA = "DELETE FROM media WHERE origin = $1 AND media_id = $2 RETURNING media_nid"
# A local file goes only with who uploaded it: anybody can write somebody else's address into an event.
DELETE_NAMED_MEDIA = """
DELETE FROM media m USING unnest($1::text[], $2::text[], $3::bigint[]) AS a(origin, media_id, sender_nid)
WHERE m.origin = a.origin AND m.media_id = a.media_id AND (m.user_nid IS NULL OR m.user_nid = a.sender_nid)
"""
DELETE_MEDIA_OF_USER = """
DELETE FROM media WHERE media_nid IN (SELECT media_nid FROM media WHERE user_nid = $1 LIMIT $2)
"""
DELETE_UNUSED_MEDIA = """
DELETE FROM media WHERE media_nid IN (
    SELECT m.media_nid FROM media m
    WHERE m.blob_nid IS NOT NULL AND coalesce(m.last_access_ms, m.uploaded_ms) < $1
      AND (m.origin = $2) = $3 AND NOT m.quarantined AND m.size_bytes > $5
      AND NOT EXISTS (
        SELECT FROM profile_fields p WHERE p.field = 'avatar_url'
        AND p.value = convert_to('"mxc://' || m.origin || '/' || m.media_id || '"', 'UTF8'))
    ORDER BY coalesce(m.last_access_ms, m.uploaded_ms) LIMIT $4 FOR UPDATE SKIP LOCKED)
"""
UPDATE_QUARANTINE_OF_USER = """
WITH marked AS (
    UPDATE media SET quarantined = $2 WHERE user_nid = $1 AND quarantined <> $2 AND NOT ($2 AND protected)
    RETURNING blob_nid
), bytes AS (
    UPDATE media_blobs SET quarantined = $2 WHERE blob_nid IN (SELECT blob_nid FROM marked)
)
SELECT count(*) FROM marked
"""
UPDATE_QUARANTINE_OF_NAMED = """
WITH marked AS (
    UPDATE media m SET quarantined = true FROM unnest($1::text[], $2::text[]) AS a(origin, media_id)
    WHERE m.origin = a.origin AND m.media_id = a.media_id AND NOT m.quarantined AND NOT m.protected
    RETURNING m.blob_nid
), bytes AS (
    UPDATE media_blobs SET quarantined = true WHERE blob_nid IN (SELECT blob_nid FROM marked)
)
SELECT count(*) FROM marked
"""
UPDATE_PROTECTED = """
UPDATE media SET protected = $3 WHERE origin = $1 AND media_id = $2 RETURNING media_nid
"""
SELECT_JSON_OF_EVENTS = "SELECT sender_nid, json FROM events WHERE event_nid = ANY ($1::bigint[])"
SELECT_EVENTS_WITH_MEDIA = """
SELECT event_nid, topo, sender_nid, json FROM events
WHERE room_nid = $1 AND (topo, event_nid) > ($2, $3) ORDER BY topo, event_nid LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class EventBytes:
    """An event as far as the files that it names are concerned."""

    sender_nid: int
    json: bytes


async def delete_media(conn: Connection, origin: str, media_id: str) -> bool:
    """Delete an address; False where there is none."""
    return await conn.fetchval(DELETE_MEDIA, origin, media_id) is not None


async def delete_named_media(conn: Connection, named: Sequence[tuple[str, str, int]]) -> int:
    """Delete the (origin, media id, number of who named it) that are of others, or of who named them."""
    if not named:
        return 0
    return _count(await conn.execute(DELETE_NAMED_MEDIA, *map(list, zip(*named, strict=True))))


async def delete_media_of_user(conn: Connection, user_nid: int, limit: int) -> int:
    """Delete some of what a user uploaded or was going to; return how many."""
    return _count(await conn.execute(DELETE_MEDIA_OF_USER, user_nid, limit))


async def delete_unused_media(
    conn: Connection, own: ServerName, *, local: bool, before_ms: int, limit: int, above_bytes: int = -1
) -> int:
    """Delete some files that nobody has asked for since a time; return how many.

    Avatars of profiles stay, and so does what is quarantined, which must not come back.
    """
    return _count(await conn.execute(DELETE_UNUSED_MEDIA, before_ms, own, local, limit, above_bytes))


async def update_protected(conn: Connection, origin: str, media_id: str, protected: bool) -> bool:
    """Have a file passed over when many are quarantined at once, or not; False where there is none."""
    return await conn.fetchval(UPDATE_PROTECTED, origin, media_id, protected) is not None


async def quarantine_of_user(conn: Connection, user_nid: int, *, quarantined: bool) -> int:
    """Quarantine all that a user uploaded, with its bytes, or release it; return how many addresses."""
    count: int = await conn.fetchval(UPDATE_QUARANTINE_OF_USER, user_nid, quarantined)
    return count


async def quarantine_named(conn: Connection, named: Sequence[tuple[str, str]]) -> int:
    """Quarantine these addresses with their bytes; return how many there were."""
    if not named:
        return 0
    count: int = await conn.fetchval(UPDATE_QUARANTINE_OF_NAMED, *map(list, zip(*named, strict=True)))
    return count


async def select_event_bytes(conn: Connection, event_nids: Sequence[int]) -> list[EventBytes]:
    """Return events to look for addresses in."""
    return [EventBytes(**row) for row in await conn.fetch(SELECT_JSON_OF_EVENTS, event_nids)]


async def select_room_bytes(
    conn: Connection, room_nid: int, after: tuple[int, int], limit: int
) -> tuple[list[EventBytes], tuple[int, int] | None]:
    """Return a page of a room's events and the place of the last one, None at the end."""
    rows = await conn.fetch(SELECT_EVENTS_WITH_MEDIA, room_nid, *after, limit)
    found = [EventBytes(row["sender_nid"], row["json"]) for row in rows]
    return found, (rows[-1]["topo"], rows[-1]["event_nid"]) if len(rows) == limit else None


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
