"""When other servers last answered, and how long that took. Lost when the database crashes, and no loss."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

UPSERT_CONTACTS = """
INSERT INTO server_contacts (server, answered_ms, took_ms)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::double precision[])
ON CONFLICT (server) DO UPDATE SET answered_ms = excluded.answered_ms, took_ms = excluded.took_ms
WHERE server_contacts.answered_ms < excluded.answered_ms
"""
DELETE_CONTACTS_BEFORE = "DELETE FROM server_contacts WHERE answered_ms < $1"


@dataclass(frozen=True, slots=True)
class Contact:
    """A server's last answer: when, in milliseconds since the epoch, and how long it took."""

    server: ServerName
    answered_ms: int
    took_ms: float


async def upsert_contacts(conn: Connection, contacts: Sequence[Contact]) -> None:
    """Note answers, each unless a later one of the same server is known."""
    ordered = sorted(contacts, key=lambda contact: contact.server)
    await conn.execute(
        UPSERT_CONTACTS,
        [contact.server for contact in ordered],
        [contact.answered_ms for contact in ordered],
        [contact.took_ms for contact in ordered],
    )


async def delete_contacts_before(conn: Connection, before_ms: int) -> None:
    """Forget servers that have not answered since a time."""
    await conn.execute(DELETE_CONTACTS_BEFORE, before_ms)
