"""Addresses that belong to accounts, and where identity servers were told so."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

INSERT_THREEPID = """
INSERT INTO threepids AS t (medium, address, user_nid, validated_ts, added_ts) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (medium, address) DO UPDATE SET validated_ts = excluded.validated_ts
WHERE t.user_nid = excluded.user_nid
RETURNING added_ts = $5
"""
SELECT_THREEPIDS = """
SELECT medium, address, validated_ts, added_ts FROM threepids WHERE user_nid = $1 ORDER BY added_ts, address
"""
SELECT_OWNER = """
SELECT user_nid, user_id FROM threepids JOIN users USING (user_nid) WHERE medium = $1 AND address = $2
"""
SELECT_CONTACTS = """
SELECT user_id, address FROM threepids JOIN users USING (user_nid) WHERE user_nid = $1 AND medium = 'email'
"""
DELETE_THREEPID = "DELETE FROM threepids WHERE user_nid = $1 AND medium = $2 AND address = $3"
DELETE_THREEPIDS = "DELETE FROM threepids WHERE user_nid = $1"
INSERT_BIND = """
INSERT INTO threepid_binds (user_nid, medium, address, id_server) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""
SELECT_BINDS = "SELECT medium, address, id_server FROM threepid_binds WHERE user_nid = $1 LIMIT 100"
DELETE_BIND = """
DELETE FROM threepid_binds WHERE user_nid = $1 AND medium = $2 AND address = $3 AND id_server = $4
"""


@dataclass(frozen=True, slots=True)
class Threepid:
    """An address of an account; times in milliseconds."""

    medium: str
    address: str
    validated_ts: int
    added_ts: int


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that an address belongs to."""

    user_nid: int
    user_id: UserId


@dataclass(frozen=True, slots=True)
class Bind:
    """An address that an identity server knows as a user's."""

    medium: str
    address: str
    id_server: str


async def insert_threepid(conn: Connection, user_nid: int, threepid: Threepid) -> bool | None:
    """Give an account an address; False where it has it already, None where another account does."""
    is_new: bool | None = await conn.fetchval(
        INSERT_THREEPID,
        threepid.medium,
        threepid.address,
        user_nid,
        threepid.validated_ts,
        threepid.added_ts,
    )
    return is_new


async def select_threepids(conn: Connection, user_nid: int) -> list[Threepid]:
    """Return the addresses of an account, the oldest first."""
    return [Threepid(**row) for row in await conn.fetch(SELECT_THREEPIDS, user_nid)]


async def select_owner(conn: Connection, medium: str, address: str) -> Owner | None:
    """Return whose an address is."""
    row = await conn.fetchrow(SELECT_OWNER, medium, address)
    return None if row is None else Owner(row["user_nid"], UserId(row["user_id"]))


async def select_contacts(conn: Connection, user_nid: int) -> list[tuple[UserId, str]]:
    """Return the user id beside each e-mail address of an account."""
    return [(UserId(row["user_id"]), row["address"]) for row in await conn.fetch(SELECT_CONTACTS, user_nid)]


async def delete_threepid(conn: Connection, user_nid: int, medium: str, address: str) -> bool:
    """Take an address from an account; False where it has no such address."""
    return not (await conn.execute(DELETE_THREEPID, user_nid, medium, address)).endswith(" 0")


async def delete_threepids(conn: Connection, user_nid: int) -> None:
    """Take all addresses from an account."""
    await conn.execute(DELETE_THREEPIDS, user_nid)


async def insert_bind(conn: Connection, user_nid: int, bind: Bind) -> None:
    """Remember that an identity server knows an address as a user's."""
    await conn.execute(INSERT_BIND, user_nid, bind.medium, bind.address, bind.id_server)


async def select_binds(conn: Connection, user_nid: int) -> list[Bind]:
    """Return which identity servers know which addresses of a user."""
    return [Bind(**row) for row in await conn.fetch(SELECT_BINDS, user_nid)]


async def delete_binds(conn: Connection, user_nid: int, binds: Iterable[Bind]) -> None:
    """Forget that identity servers know addresses as a user's."""
    for bind in binds:
        await conn.execute(DELETE_BIND, user_nid, bind.medium, bind.address, bind.id_server)
