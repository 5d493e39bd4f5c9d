"""Whether mail works, tried from the admin page."""

from collections.abc import AsyncIterator

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.mailbox import smtp_settings
from tests.support.smtp_server import SmtpServer, running_smtp_server

HERE = "/_parlour/admin/v1"


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def overrides(smtp_server: SmtpServer) -> JsonObject:
    return {"smtp": smtp_settings(smtp_server)}


async def finding(admin: ApiClient) -> str:
    checks = (await admin.get(f"{HERE}/checks")).ok()["checks"]
    found: str = next(check["finding"] for check in checks if check["check"] == "mail")
    return found


async def test_mail_server_is_tried_and_takes_a_test_mail(admin: ApiClient, smtp_server: SmtpServer) -> None:
    assert await finding(admin) == "mail_fine"
    assert smtp_server.mails == []
    (await admin.post(f"{HERE}/mail/test", {"address": "Root@Example.com"})).ok()
    assert (await smtp_server.next_mail()).recipient == "root@example.com"
    assert (await admin.post(f"{HERE}/mail/test", {"address": "nobody"})).errcode == "M_INVALID_PARAM"


async def test_what_the_mail_server_says_is_told(admin: ApiClient, smtp_server: SmtpServer) -> None:
    smtp_server.answers["RCPT"] = "550 no such user here"
    reply = await admin.post(f"{HERE}/mail/test", {"address": "root@example.com"})
    assert reply.status == 502
    assert reply.json["error"] == "The mail server refuses the address: 550 no such user here"
    smtp_server.answers["EHLO"] = "421 closed for today"
    assert await finding(admin) == "mail_refused"
