"""The rooms that new users are joined to, as administrators have set them."""

from collections.abc import Sequence

from homeserver.storage.db import Connection

SELECT_DEFAULT_ROOMS = "SELECT room FROM default_rooms ORDER BY place"
DELETE_DEFAULT_ROOMS = "DELETE FROM default_rooms"
INSERT_DEFAULT_ROOMS = """
INSERT INTO default_rooms (room, place)
SELECT r.room, r.place FROM unnest($1::text[]) WITH ORDINALITY AS r(room, place)
"""
SELECT_IS_PERSON = """
SELECT EXISTS (SELECT FROM accounts WHERE user_nid = $1 AND NOT is_guest AND appservice_id IS NULL)
"""


async def select_default_rooms(conn: Connection) -> list[str]:
    """Return their ids and aliases, in the order in which they were set."""
    return [row["room"] for row in await conn.fetch(SELECT_DEFAULT_ROOMS)]


async def replace_default_rooms(conn: Connection, rooms: Sequence[str]) -> None:
    """Set them, each once, in the caller's transaction."""
    await conn.execute(DELETE_DEFAULT_ROOMS)
    await conn.execute(INSERT_DEFAULT_ROOMS, rooms)


async def is_person(conn: Connection, user_nid: int) -> bool:
    """Whether an account is neither a guest's nor was made by an application service."""
    found: bool = await conn.fetchval(SELECT_IS_PERSON, user_nid)
    return found
