"""Mails that are still to be sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeserver.storage.db import Connection
from homeserver.storage.shares import EVERY_SHARE

INSERT_MAIL = """
INSERT INTO outgoing_mails (recipient, message, created_ts, next_try_ts) VALUES ($1, $2, $3, $3)
"""
UPDATE_CLAIMED_MAILS = """
UPDATE outgoing_mails m SET claimed_until = now() + $1 * interval '1 second'
FROM (
    SELECT mail_nid FROM outgoing_mails
    WHERE next_try_ts <= $2 AND claimed_until < now() AND mail_nid % 64 = ANY ($4::smallint[])
    ORDER BY next_try_ts LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due
WHERE m.mail_nid = due.mail_nid
RETURNING m.mail_nid, m.recipient, m.message, m.created_ts, m.attempts, m.claimed_until
"""
UPDATE_MAIL_LATER = """
UPDATE outgoing_mails SET attempts = attempts + 1, next_try_ts = $2, claimed_until = '-infinity'
WHERE mail_nid = $1 AND claimed_until = $3
"""
UPDATE_MAILS_RELEASED = """
UPDATE outgoing_mails SET claimed_until = '-infinity'
WHERE mail_nid = ANY ($1::bigint[]) AND claimed_until = $2
"""
UPDATE_CLAIMS_VOID = """
UPDATE outgoing_mails SET claimed_until = '-infinity'
WHERE claimed_until > now() AND mail_nid % 64 = ANY ($1::smallint[])
"""
DELETE_MAIL = "DELETE FROM outgoing_mails WHERE mail_nid = $1"


@dataclass(frozen=True, slots=True, repr=False)
class OutgoingMail:
    """A mail that this worker has claimed. `message` is what goes over the wire.

    `claimed_until` names the claim: what a worker writes is left out once another has claimed the mail.
    """

    mail_nid: int
    recipient: str
    message: bytes
    created_ts: int
    attempts: int
    claimed_until: datetime


async def insert_mail(conn: Connection, recipient: str, message: bytes, now_ms: int) -> None:
    """Queue a mail, to be sent at once."""
    await conn.execute(INSERT_MAIL, recipient, message, now_ms)


async def claim_mails(
    conn: Connection, seconds: float, now_ms: int, limit: int, shares: Collection[int] = EVERY_SHARE
) -> list[OutgoingMail]:
    """Take up to `limit` mails of shares that are due and that nobody sends; the claim ends by itself."""
    rows = await conn.fetch(UPDATE_CLAIMED_MAILS, seconds, now_ms, limit, list(shares))
    return [OutgoingMail(**row) for row in sorted(rows, key=lambda row: int(row["mail_nid"]))]


async def void_claims(conn: Connection, shares: Collection[int]) -> None:
    """Give back what a worker that died had claimed."""
    await conn.execute(UPDATE_CLAIMS_VOID, list(shares))


async def postpone_mail(conn: Connection, mail: OutgoingMail, next_try_ts: int) -> None:
    """Give a claimed mail back, to be tried again later."""
    await conn.execute(UPDATE_MAIL_LATER, mail.mail_nid, next_try_ts, mail.claimed_until)


async def release_mails(conn: Connection, untried: Sequence[OutgoingMail]) -> None:
    """Give mails back that were claimed together and not tried."""
    await conn.execute(UPDATE_MAILS_RELEASED, [m.mail_nid for m in untried], untried[0].claimed_until)


async def delete_mail(conn: Connection, mail_nid: int) -> None:
    """Strike out a mail that is sent, or given up."""
    await conn.execute(DELETE_MAIL, mail_nid)
