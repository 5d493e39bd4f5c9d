"""A mail server on loopback, and what sends to it."""

from collections.abc import AsyncIterator

import pytest

from federation.protocol.ids import ServerName
from homeserver.config.smtp import Smtp
from homeserver.mail.context import MailContext
from homeserver.storage.db import Database
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


def mail_context(db: Database, clock: FakeClock, port: int, **smtp: object) -> MailContext:
    """Return what sends to a port of this machine."""
    written = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": "300ms", **smtp}
    settings = Smtp.model_validate({"sender": "Parlour <chat@example.org>", **written})
    return MailContext(settings, ServerName("example.org"), clock, db)


@pytest.fixture
def mail(db: Database, clock: FakeClock, smtp_server: SmtpServer) -> MailContext:
    return mail_context(db, clock, smtp_server.port)
