"""One-time and fallback keys: each one-time key is given out once, in the order of upload."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

SELECT_CLASHES = """
SELECT o.algorithm, o.key_id FROM unnest($2::text[], $3::text[], $4::bytea[]) AS w(algorithm, key_id, json)
JOIN one_time_keys o ON o.device_nid = $1 AND o.algorithm = w.algorithm AND o.key_id = w.key_id
WHERE o.json <> w.json LIMIT 1
"""
INSERT_ONE_TIME_KEYS = """
INSERT INTO one_time_keys (device_nid, algorithm, key_id, json)
SELECT d.device_nid, w.algorithm, w.key_id, w.json
FROM unnest($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS w(algorithm, key_id, json, place)
JOIN devices d ON d.device_nid = $1
ORDER BY w.place
ON CONFLICT (device_nid, algorithm, key_id) DO NOTHING
"""
UPSERT_FALLBACK_KEYS = """
INSERT INTO fallback_keys (device_nid, algorithm, key_id, json)
SELECT d.device_nid, w.algorithm, w.key_id, w.json
FROM unnest($2::text[], $3::text[], $4::bytea[]) AS w(algorithm, key_id, json)
JOIN devices d ON d.device_nid = $1
ON CONFLICT (device_nid, algorithm) DO UPDATE SET key_id = excluded.key_id, json = excluded.json, used = false
WHERE fallback_keys.key_id <> excluded.key_id OR fallback_keys.json <> excluded.json
"""
COUNT_ONE_TIME_KEYS = """
SELECT d.device_nid, o.algorithm, count(*) AS keys FROM devices d
JOIN one_time_keys o ON o.device_nid = d.device_nid
WHERE d.user_nid = $1 GROUP BY d.device_nid, o.algorithm
"""
SELECT_UNUSED_FALLBACK_KEYS = """
SELECT d.device_nid, f.algorithm FROM devices d JOIN fallback_keys f ON f.device_nid = d.device_nid
WHERE d.user_nid = $1 AND NOT f.used ORDER BY f.algorithm
"""
SELECT_DEVICES_OF_CLAIMS = """
SELECT d.user_nid, d.device_id, d.device_nid
FROM unnest($1::bigint[], $2::text[]) AS w(user_nid, device_id)
JOIN devices d ON d.user_nid = w.user_nid AND d.device_id = w.device_id
"""
DELETE_CLAIMED = """
DELETE FROM one_time_keys o
USING unnest($1::bigint[], $2::text[]) AS w(device_nid, algorithm)
CROSS JOIN LATERAL (
    SELECT key_nid FROM one_time_keys n WHERE n.device_nid = w.device_nid AND n.algorithm = w.algorithm
    ORDER BY key_nid LIMIT 1
) AS first
WHERE o.key_nid = first.key_nid
RETURNING o.device_nid, o.algorithm, o.key_id, o.json
"""
SELECT_FALLBACK_KEYS = """
SELECT f.device_nid, f.algorithm, f.key_id, f.json, f.used
FROM unnest($1::bigint[], $2::text[]) AS w(device_nid, algorithm)
JOIN fallback_keys f ON f.device_nid = w.device_nid AND f.algorithm = w.algorithm
"""
UPDATE_FALLBACK_USED = """
UPDATE fallback_keys f SET used = true FROM unnest($1::bigint[], $2::text[]) AS w(device_nid, algorithm)
WHERE f.device_nid = w.device_nid AND f.algorithm = w.algorithm
"""


@dataclass(frozen=True, slots=True)
class UploadedKey:
    """A one-time or fallback key; `json` is what its uploader wrote, a string or an object."""

    algorithm: str
    key_id: str
    json: bytes


@dataclass(slots=True)
class KeyCounts:
    """How many one-time keys of each algorithm a device has, and its fallback keys that nobody was given."""

    one_time_keys: dict[str, int] = field(default_factory=dict)
    unused_fallback_keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """A key given out. `was_fresh` False: a fallback key that was given out before."""

    device_nid: int
    algorithm: str
    key_id: str
    json: bytes
    was_fresh: bool = True


async def find_clash(conn: Connection, device_nid: int, keys: Sequence[UploadedKey]) -> str | None:
    """Return the name of a stored one-time key that is to be uploaded again with another content."""
    row = await conn.fetchrow(SELECT_CLASHES, device_nid, *_columns(keys))
    return None if row is None else f"{from_text(row['algorithm'])}:{from_text(row['key_id'])}"


async def insert_one_time_keys(conn: Connection, device_nid: int, keys: Sequence[UploadedKey]) -> int:
    """Store one-time keys; those that are there already are passed over. Return how many were new."""
    status = await conn.execute(INSERT_ONE_TIME_KEYS, device_nid, *_columns(keys))
    return int(status.split()[-1])


async def upsert_fallback_keys(conn: Connection, device_nid: int, keys: Sequence[UploadedKey]) -> None:
    """Set a device's fallback keys. The same key once more stays used, if it was."""
    await conn.execute(UPSERT_FALLBACK_KEYS, device_nid, *_columns(keys))


async def count_keys(conn: Connection, user_nid: int) -> dict[int, KeyCounts]:
    """Return what each device of a user has left, by the device's number; those without keys are left out."""
    counts: dict[int, KeyCounts] = defaultdict(KeyCounts)
    for row in await conn.fetch(COUNT_ONE_TIME_KEYS, user_nid):
        counts[row["device_nid"]].one_time_keys[from_text(row["algorithm"])] = row["keys"]
    for row in await conn.fetch(SELECT_UNUSED_FALLBACK_KEYS, user_nid):
        counts[row["device_nid"]].unused_fallback_keys.append(from_text(row["algorithm"]))
    return dict(counts)


async def select_devices_of_claims(
    conn: Connection, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """Return the numbers of those devices, given by user and device id, that exist."""
    rows = await conn.fetch(
        SELECT_DEVICES_OF_CLAIMS, [user for user, _ in wanted], [to_text(device) for _, device in wanted]
    )
    return {(row["user_nid"], from_text(row["device_id"])): row["device_nid"] for row in rows}


async def take_one_time_keys(conn: Connection, wanted: Sequence[tuple[int, str]]) -> list[ClaimedKey]:
    """Take away the oldest one-time key of each wanted (device, algorithm), each at most once in the list.

    The caller's transaction holds the positions lock, so that no two of them take the same key.
    """
    rows = await conn.fetch(DELETE_CLAIMED, *_wanted_columns(wanted))
    return [_claimed(row["device_nid"], row["algorithm"], row["key_id"], row["json"]) for row in rows]


async def use_fallback_keys(conn: Connection, wanted: Sequence[tuple[int, str]]) -> list[ClaimedKey]:
    """Return the fallback keys of (device, algorithm), and note that they were used."""
    columns = _wanted_columns(wanted)
    rows = await conn.fetch(SELECT_FALLBACK_KEYS, *columns)
    if any(not row["used"] for row in rows):
        await conn.execute(UPDATE_FALLBACK_USED, *columns)
    return [
        _claimed(row["device_nid"], row["algorithm"], row["key_id"], row["json"], was_fresh=not row["used"])
        for row in rows
    ]


def _claimed(
    device_nid: int, algorithm: str, key_id: str, json: bytes, *, was_fresh: bool = True
) -> ClaimedKey:
    return ClaimedKey(device_nid, from_text(algorithm), from_text(key_id), json, was_fresh)


def _columns(keys: Sequence[UploadedKey]) -> tuple[list[str], list[str], list[bytes]]:
    return (
        [to_text(key.algorithm) for key in keys],
        [to_text(key.key_id) for key in keys],
        [key.json for key in keys],
    )


def _wanted_columns(wanted: Sequence[tuple[int, str]]) -> tuple[list[int], list[str]]:
    return [device for device, _ in wanted], [to_text(algorithm) for _, algorithm in wanted]
