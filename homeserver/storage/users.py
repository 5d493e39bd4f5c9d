"""Interned user ids."""

from collections.abc import Iterable, Sequence

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

INSERT_USERS = "INSERT INTO users (user_id) SELECT unnest($1::text[]) ON CONFLICT (user_id) DO NOTHING"
SELECT_USER_NIDS = "SELECT user_id, user_nid FROM users WHERE user_id = ANY ($1::text[])"
SELECT_USER_IDS = "SELECT user_nid, user_id FROM users WHERE user_nid = ANY ($1::bigint[])"


async def intern_users(conn: Connection, user_ids: Iterable[UserId]) -> dict[UserId, int]:
    """Return the number of each user id, giving one to those that have none."""
    wanted = sorted(set(user_ids))
    known = await select_user_nids(conn, wanted)
    missing = [user_id for user_id in wanted if user_id not in known]
    if missing:
        await conn.execute(INSERT_USERS, missing)
        known |= await select_user_nids(conn, missing)
    return known


async def select_user_nids(conn: Connection, user_ids: Sequence[UserId]) -> dict[UserId, int]:
    """Return the numbers of those user ids that have one. None has a NUL, which PostgreSQL would refuse."""
    possible = [user_id for user_id in user_ids if "\0" not in user_id]
    return {UserId(r["user_id"]): r["user_nid"] for r in await conn.fetch(SELECT_USER_NIDS, possible)}


async def select_user_ids(conn: Connection, user_nids: Sequence[int]) -> dict[int, UserId]:
    """Return the user ids behind numbers."""
    return {r["user_nid"]: UserId(r["user_id"]) for r in await conn.fetch(SELECT_USER_IDS, user_nids)}
