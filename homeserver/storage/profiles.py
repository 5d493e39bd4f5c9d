"""Profile fields of this server's own users. Values are JSON as bytes."""

from homeserver.storage.db import Connection

SHOWN_IN_ROOMS = ("displayname", "avatar_url")
"""The fields that member events repeat."""

UPSERT_PROFILE_FIELD = """
INSERT INTO profile_fields (user_nid, field, value, position) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_nid, field) DO UPDATE SET value = excluded.value, position = excluded.position
"""
SELECT_PROFILE = "SELECT field, value FROM profile_fields WHERE user_nid = $1 ORDER BY field"
SELECT_PROFILES = """
SELECT user_nid, field, value FROM profile_fields
WHERE user_nid = ANY ($1::bigint[]) AND field = ANY ($2::text[])
"""
DELETE_PROFILE_FIELD = "DELETE FROM profile_fields WHERE user_nid = $1 AND field = $2 RETURNING field"
DELETE_PROFILE = "DELETE FROM profile_fields WHERE user_nid = $1"


async def upsert_profile_field(
    conn: Connection, user_nid: int, field: str, value: bytes, position: int
) -> None:
    """Set one field."""
    await conn.execute(UPSERT_PROFILE_FIELD, user_nid, field, value, position)


async def select_profile(conn: Connection, user_nid: int) -> dict[str, bytes]:
    """Return all fields of a user, in the order of their names."""
    return {row["field"]: row["value"] for row in await conn.fetch(SELECT_PROFILE, user_nid)}


async def select_profiles(
    conn: Connection, user_nids: list[int], fields: list[str]
) -> dict[int, dict[str, bytes]]:
    """Return these fields of these users; those without any are left out."""
    found: dict[int, dict[str, bytes]] = {}
    for row in await conn.fetch(SELECT_PROFILES, user_nids, fields):
        found.setdefault(row["user_nid"], {})[row["field"]] = row["value"]
    return found


async def delete_profile_field(conn: Connection, user_nid: int, field: str) -> bool:
    """Remove one field; False where it was not set."""
    return await conn.fetchval(DELETE_PROFILE_FIELD, user_nid, field) is not None


async def delete_profile(conn: Connection, user_nid: int) -> None:
    """Remove all fields."""
    await conn.execute(DELETE_PROFILE, user_nid)
