"""What administrators write about accounts."""

from collections.abc import Sequence

from homeserver.storage.db import Connection

UPDATE_REACTIVATED = """
UPDATE accounts SET deactivated_ts = NULL, is_erased = false WHERE user_nid = $1
"""
DELETE_THREEPIDS_OF_USER = """
DELETE FROM threepids WHERE user_nid = $1
AND NOT EXISTS (
    SELECT FROM unnest($2::text[], $3::text[]) AS w(medium, address)
    WHERE w.medium = threepids.medium AND w.address = threepids.address
)
"""
INSERT_THREEPIDS = """
INSERT INTO threepids (medium, address, user_nid, validated_ts, added_ts)
SELECT medium, address, $1, $4, $4 FROM unnest($2::text[], $3::text[]) AS w(medium, address)
ON CONFLICT (medium, address) DO UPDATE SET user_nid = excluded.user_nid
"""
DELETE_IDENTITIES_OF_USER = "DELETE FROM upstream_identities WHERE user_nid = $1"
INSERT_IDENTITIES = """
INSERT INTO upstream_identities (issuer, subject, user_nid, created_ts)
SELECT issuer, subject, $1, $4 FROM unnest($2::text[], $3::text[]) AS w(issuer, subject)
ON CONFLICT (issuer, subject) DO UPDATE SET user_nid = excluded.user_nid
"""


async def update_reactivated(conn: Connection, user_nid: int) -> None:
    """Open a closed account again; it has neither password nor devices."""
    await conn.execute(UPDATE_REACTIVATED, user_nid)


async def replace_threepids(
    conn: Connection, user_nid: int, wanted: Sequence[tuple[str, str]], now_ms: int
) -> None:
    """Make (medium, address) pairs all the addresses of an account, whoever had them before."""
    media, addresses = [medium for medium, _ in wanted], [address for _, address in wanted]
    await conn.execute(DELETE_THREEPIDS_OF_USER, user_nid, media, addresses)
    await conn.execute(INSERT_THREEPIDS, user_nid, media, addresses, now_ms)


async def replace_identities(
    conn: Connection, user_nid: int, wanted: Sequence[tuple[str, str]], now_ms: int
) -> None:
    """Make (issuer, subject) pairs all that an account is at upstream providers, whoever was so before."""
    issuers, subjects = [issuer for issuer, _ in wanted], [subject for _, subject in wanted]
    await conn.execute(DELETE_IDENTITIES_OF_USER, user_nid)
    await conn.execute(INSERT_IDENTITIES, user_nid, issuers, subjects, now_ms)
