"""EDUs that must arrive, each kept per server until that server has confirmed a transaction with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.ids import ServerName
from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

DEVICE_LIST_UPDATE: Final = "m.device_list_update"

# The chain is mended as in a linked list: who came after a deleted update is given what that one came after.
INSERT_EDU = """
WITH gone AS (
    DELETE FROM edu_outbox WHERE server = ANY ($1::text[]) AND edu_type = $2 AND collapse_key = $3
    RETURNING server, stream_id, prev_ids
), mended AS (
    UPDATE edu_outbox o SET prev_ids = g.prev_ids FROM gone g
    WHERE o.server = g.server AND o.chain = $4 AND g.stream_id = ANY (o.prev_ids)
    AND o.collapse_key IS DISTINCT FROM $3
)
INSERT INTO edu_outbox (server, edu_type, collapse_key, chain, stream_id, prev_ids, content)
SELECT w.server, $2, $3, $4, $5,
       coalesce((SELECT g.prev_ids FROM gone g
                 WHERE g.server = w.server AND g.stream_id = ANY ($6::bigint[])), $6),
       $7
FROM unnest($1::text[]) AS w(server)
"""
SELECT_EDUS = """
SELECT edu_nid, edu_type, prev_ids, content FROM edu_outbox WHERE server = $1 ORDER BY edu_nid LIMIT $2
"""
SELECT_SERVERS_WITH_EDUS = """
WITH RECURSIVE found AS (
    (SELECT server FROM edu_outbox ORDER BY server LIMIT 1)
    UNION ALL
    SELECT (SELECT o.server FROM edu_outbox o WHERE o.server > f.server ORDER BY o.server LIMIT 1)
    FROM found f WHERE f.server IS NOT NULL
)
SELECT server FROM found WHERE server IS NOT NULL
"""
COUNT_EDUS = "SELECT count(*) AS edus, min(queued_ms) AS oldest_ms FROM edu_outbox WHERE server = $1"
DELETE_EDUS = "DELETE FROM edu_outbox WHERE edu_nid = ANY ($1::bigint[])"
DELETE_EDUS_OF_THE_DEAD = """
DELETE FROM edu_outbox o USING destinations d
WHERE d.server = o.server AND d.failing_since_ms < $1 AND o.queued_ms < $1
"""


@dataclass(frozen=True, slots=True)
class StoredEdu:
    """A row; `content` is what the EDU says."""

    edu_nid: int
    edu_type: str
    content: JsonObject
    size_bytes: int


async def insert_edu(
    conn: Connection,
    destinations: Sequence[ServerName],
    edu_type: str,
    content: JsonObject,
    collapse_key: str | None = None,
) -> None:
    """Have an EDU sent to servers, in the caller's transaction; it is sent until each has confirmed it.

    Nobody has to be woken where the transaction is one of `Positions.write` that touches TO_DEVICE or
    DEVICE_LISTS; otherwise it is found within seconds. Of those with the same type and `collapse_key` that
    have not been sent to a server yet only the newest remains. Give device list updates a key that names user
    and device: what a collapsed one has in `prev_id` is then handed on to the update that followed it, so
    that no server sees a gap.

    Raises: CanonicalJsonError for content that no server would take, floats for instance.
    """
    if not destinations:
        return
    chain = stream_id = prev_ids = None
    if edu_type == DEVICE_LIST_UPDATE:
        chain, stream_id = to_text(str(content["user_id"])), content["stream_id"]
        prev_ids = list(content.get("prev_id", ()))
    key = None if collapse_key is None else to_text(collapse_key)
    encoded = encode_canonical_json(content)
    servers = sorted(set(destinations))
    await conn.execute(INSERT_EDU, servers, edu_type, key, chain, stream_id, prev_ids, encoded)


async def select_edus(conn: Connection, server: ServerName, limit: int) -> list[StoredEdu]:
    """Return the first EDUs that a server has not confirmed, oldest first."""
    edus = []
    for row in await conn.fetch(SELECT_EDUS, server, limit):
        content: JsonObject = orjson.loads(row["content"])
        if row["prev_ids"] is not None:
            content["prev_id"] = row["prev_ids"]
        edus.append(StoredEdu(row["edu_nid"], row["edu_type"], content, len(row["content"])))
    return edus


async def select_servers_with_edus(conn: Connection) -> list[ServerName]:
    """Return the servers for which there are any; costs one index look-up each."""
    return [ServerName(row["server"]) for row in await conn.fetch(SELECT_SERVERS_WITH_EDUS)]


async def count_edus(conn: Connection, server: ServerName) -> tuple[int, int | None]:
    """Return how many wait for a server, and when the oldest came, in milliseconds since the epoch."""
    row = await conn.fetchrow(COUNT_EDUS, server)
    assert row is not None, "an aggregate without groups has one row"
    return row["edus"], row["oldest_ms"]


async def delete_edus(conn: Connection, edu_nids: Sequence[int]) -> None:
    """Drop EDUs that have arrived."""
    await conn.execute(DELETE_EDUS, edu_nids)


async def delete_edus_of_the_dead(conn: Connection, before_ms: int) -> int:
    """Drop EDUs older than a time for servers that have not been reached since; return how many."""
    return int((await conn.execute(DELETE_EDUS_OF_THE_DEAD, before_ms)).split()[-1])
