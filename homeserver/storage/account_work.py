"""What rooms must still be told of accounts: work that outlives the worker who began it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.shares import EVERY_SHARE

UPSERT_WORK = """
INSERT INTO account_work (user_nid, kind, position) VALUES ($1, $2, $3)
ON CONFLICT (user_nid, kind) DO UPDATE SET position = excluded.position
"""
UPDATE_CLAIMED = """
UPDATE account_work w SET claimed_until = now() + $1 * interval '1 second'
FROM (
    SELECT user_nid, kind FROM account_work
    WHERE claimed_until < now() AND user_nid % 64 = ANY ($3::smallint[])
    ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED
) AS free
JOIN users u ON u.user_nid = free.user_nid
WHERE w.user_nid = free.user_nid AND w.kind = free.kind
RETURNING w.user_nid, u.user_id, w.kind, w.position
"""
UPDATE_CLAIMS_VOID = """
UPDATE account_work SET claimed_until = '-infinity'
WHERE claimed_until > now() AND user_nid % 64 = ANY ($1::smallint[])
"""
DELETE_WORK = "DELETE FROM account_work WHERE user_nid = $1 AND kind = $2 AND position = $3"
UPDATE_RELEASED = "UPDATE account_work SET claimed_until = '-infinity' WHERE user_nid = $1 AND kind = $2"


class Kind(StrEnum):
    """What is to be done in the rooms of an account."""

    PROFILE = "profile"
    DEPARTURE = "departure"


@dataclass(frozen=True, slots=True)
class AccountWork:
    """Work that this worker has claimed; `position` is that of the change that asked for it."""

    user_nid: int
    user_id: UserId
    kind: Kind
    position: int


async def upsert_work(conn: Connection, user_nid: int, kind: Kind, position: int) -> None:
    """Ask for work, in the transaction of the change that makes it necessary."""
    await conn.execute(UPSERT_WORK, user_nid, kind, position)


async def void_claims(conn: Connection, shares: Collection[int]) -> None:
    """Give back what a worker that died had claimed."""
    await conn.execute(UPDATE_CLAIMS_VOID, list(shares))


async def claim_work(
    conn: Connection, seconds: float, limit: int, shares: Collection[int] = EVERY_SHARE
) -> list[AccountWork]:
    """Take up to `limit` pieces of work of shares that nobody does, the oldest first.

    The claim ends by itself.
    """
    rows = await conn.fetch(UPDATE_CLAIMED, seconds, limit, list(shares))
    return [AccountWork(r["user_nid"], UserId(r["user_id"]), Kind(r["kind"]), r["position"]) for r in rows]


async def finish_work(conn: Connection, work: AccountWork) -> None:
    """Strike out work that is done; what was asked for again meanwhile is free to be done again."""
    if (await conn.execute(DELETE_WORK, work.user_nid, work.kind, work.position)).endswith(" 0"):
        await conn.execute(UPDATE_RELEASED, work.user_nid, work.kind)
