"""From the queue to the mail server, whatever that does."""

import asyncio
import ssl
from dataclasses import replace

from structlog.testing import capture_logs

from homeserver.fanout.shares import ALL, Shares
from homeserver.mail.context import MailContext
from homeserver.mail.deliver import FIRST_RETRY_MS, GIVE_UP_MS, LONGEST_RETRY_MS, deliver_due
from homeserver.mail.send_mail import send_mail
from homeserver.storage import mails
from homeserver.storage.db import Database
from tests.mail.conftest import mail_context
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server

VALUES = {"user_id": "@alice:example.org"}


async def send(mail: MailContext, to: str = "alice@example.com") -> None:
    await send_mail(mail, to, "password_changed", VALUES)


async def waiting(db: Database) -> int:
    async with db.acquire() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM outgoing_mails"))


async def test_mails_are_sent_once_over_one_connection(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    for to in ("alice@example.com", "bob@example.com"):
        await send(mail, to)
    assert await deliver_due(mail)
    assert not await deliver_due(mail)
    assert [m.recipient for m in smtp_server.mails] == ["alice@example.com", "bob@example.com"]
    assert (smtp_server.connections, await waiting(db)) == (1, 0)
    message = smtp_server.mails[0].message
    assert (message["From"], message["To"]) == ("Parlour <chat@example.org>", "alice@example.com")
    assert message["Subject"] == "Your password on example.org was changed"
    assert message["Auto-Submitted"] == "auto-generated"


async def test_two_workers_send_each_mail_once(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    for n in range(8):
        await send(mail, f"user{n}@example.com")
    await asyncio.gather(deliver_due(mail), deliver_due(mail), deliver_due(mail))
    assert sorted(m.recipient for m in smtp_server.mails) == [f"user{n}@example.com" for n in range(8)]


async def test_server_that_is_away_gets_the_mail_when_it_comes_back(db: Database, clock: FakeClock) -> None:
    async with running_smtp_server() as server:
        pass
    mail = mail_context(db, clock, server.port)
    await send(mail)
    with capture_logs() as logs:
        assert await deliver_due(mail)
    assert not await deliver_due(mail), "it waits"
    assert [entry["event"] for entry in logs] == ["mail_server_fails"]
    async with running_smtp_server(server):
        clock.advance(FIRST_RETRY_MS)
        assert await deliver_due(mail)
    assert (len(server.mails), await waiting(db)) == (1, 0)


async def test_server_that_stalls_holds_up_only_what_it_stalls_on(
    mail: MailContext, smtp_server: SmtpServer, db: Database, clock: FakeClock
) -> None:
    await send(mail, "alice@example.com")
    await send(mail, "bob@example.com")
    smtp_server.stalls_at = "DATA"
    assert await deliver_due(mail)
    smtp_server.stalls_at = None
    assert await deliver_due(mail)
    assert [m.recipient for m in smtp_server.mails] == ["bob@example.com"]
    clock.advance(FIRST_RETRY_MS)
    assert await deliver_due(mail)
    assert [m.recipient for m in smtp_server.mails] == ["bob@example.com", "alice@example.com"]


ANSWERS = [
    ("RCPT", "450 busy", True),
    ("RCPT", "550 no such user alice@example.com", False),
    ("BODY", "451 later", True),
    ("BODY", "554 spam", False),
    ("MAIL", "550 not you", True),
    ("MAIL", "421 shutting down", True),
]


async def test_refusal_for_good_ends_it_and_any_other_does_not(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    for command, answer, is_kept in ANSWERS:
        smtp_server.answers = {command: answer}
        await send(mail)
        with capture_logs() as logs:
            await deliver_due(mail)
        assert (await waiting(db) == 1) is is_kept, answer
        assert "alice" not in repr(logs)
        async with db.acquire() as conn:
            await conn.execute("DELETE FROM outgoing_mails")


async def test_waits_get_longer_and_end_after_a_day(
    mail: MailContext, smtp_server: SmtpServer, db: Database, clock: FakeClock
) -> None:
    smtp_server.answers["RCPT"] = "450 busy"
    began = clock.now_ms()
    await send(mail)
    waits = []
    while await waiting(db):
        assert await deliver_due(mail)
        async with db.acquire() as conn:
            next_try_ts = await conn.fetchval("SELECT next_try_ts FROM outgoing_mails")
        if next_try_ts is not None:
            waits.append(next_try_ts - clock.now_ms())
            clock.advance(waits[-1])
    assert waits[:3] == [FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]
    assert max(waits) == LONGEST_RETRY_MS
    assert GIVE_UP_MS - LONGEST_RETRY_MS <= clock.now_ms() - began <= GIVE_UP_MS


class SharesLostAtTheFirst(Shares):
    """Those of a worker that stood still while it handed the first mail over."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__()
        self._server = server

    @property
    def held(self) -> frozenset[int]:
        return frozenset() if self._server.mails else ALL


async def test_mails_of_a_share_that_was_lost_are_left_to_whoever_has_it(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    for n in range(3):
        await send(mail, f"user{n}@example.com")
    slow = replace(mail, shares=SharesLostAtTheFirst(smtp_server))
    assert await deliver_due(slow)
    assert [m.recipient for m in smtp_server.mails] == ["user0@example.com"]
    assert await deliver_due(mail), "its claim ended with it"
    assert [m.recipient for m in smtp_server.mails] == [f"user{n}@example.com" for n in range(3)]


async def test_claim_that_another_worker_has_by_now_is_not_given_back(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    await send(mail)
    async with db.acquire() as conn:
        slow = await mails.claim_mails(conn, 60, mail.clock.now_ms(), 1)
        await mails.void_claims(conn, ALL)
        assert await mails.claim_mails(conn, 60, mail.clock.now_ms(), 1)
        await mails.release_mails(conn, slow)
        await mails.postpone_mail(conn, slow[0], 0)
        assert not await mails.claim_mails(conn, 60, mail.clock.now_ms(), 1)


async def test_claim_of_a_worker_that_died_ends(
    mail: MailContext, smtp_server: SmtpServer, db: Database
) -> None:
    await send(mail)
    async with db.acquire() as conn:
        await conn.execute("UPDATE outgoing_mails SET claimed_until = now() + interval '1 minute'")
    assert not await deliver_due(mail)
    async with db.acquire() as conn:
        await conn.execute("UPDATE outgoing_mails SET claimed_until = now() - interval '1 second'")
    assert await deliver_due(mail)


async def test_tls_and_starttls_are_spoken_and_certificates_checked(
    authority: Authority, db: Database, clock: FakeClock
) -> None:
    context = authority.server_context()
    account = {"username": "parlour", "password": "secret"}
    both = {**account, "ca_file": authority.ca_file}
    upgradable = SmtpServer(starttls=context, account=("parlour", "secret"))
    async with running_smtp_server(tls=context) as over_tls, running_smtp_server(upgradable):
        for server, security in ((over_tls, "tls"), (upgradable, "starttls")):
            options = both if security == "starttls" else {"ca_file": authority.ca_file}
            mail = mail_context(db, clock, server.port, security=security, **options)
            await send(mail)
            await deliver_due(mail)
            assert len(server.mails) == 1
            await send(mail)
            await deliver_due(mail_context(db, clock, server.port, security=security))
            assert len(server.mails) == 1, "its certificate is nobody's"
            clock.advance(FIRST_RETRY_MS)
            await deliver_due(mail)
            assert len(server.mails) == 2


async def test_server_without_starttls_or_with_another_password_gets_no_mail(
    authority: Authority, smtp_server: SmtpServer, db: Database, clock: FakeClock
) -> None:
    mail = mail_context(db, clock, smtp_server.port, security="starttls", ca_file=authority.ca_file)
    await send(mail)
    await deliver_due(mail)
    assert "MAIL" not in smtp_server.commands
    context: ssl.SSLContext = authority.server_context()
    wary = SmtpServer(starttls=context, account=("parlour", "secret"))
    async with running_smtp_server(wary):
        options = {"security": "starttls", "ca_file": authority.ca_file, "username": "parlour"}
        clock.advance(FIRST_RETRY_MS)
        with capture_logs() as logs:
            await deliver_due(mail_context(db, clock, wary.port, password="hunter2", **options))
        assert "MAIL" not in wary.commands
        assert "hunter2" not in repr(logs)
    assert await waiting(db) == 1
