"""Mails about unread messages, by way of a real mail server."""

import re
from collections.abc import AsyncIterator

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.pushers.mail_schedule import DELAY_MS, FIRST_PAUSE_MS, GROWTH
from tests.api.client import ApiClient
from tests.api.pusher_support import all_told, pushers_of, set_pusher
from tests.api.room_calls import set_state
from tests.api.unread_reader import Reader, say
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server

ADDRESS = "alice@example.net"
INSERT_ADDRESS = """
INSERT INTO threepids (medium, address, user_nid, validated_ts, added_ts)
SELECT 'email', $1, user_nid, 0, 0 FROM users WHERE user_id = $2
"""
LINK = re.compile(r"https://matrix\.example\.org(/\S+unsubscribe\?token=\S+)")


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def overrides(smtp: SmtpServer) -> JsonObject:
    host = {
        "host": "127.0.0.1",
        "port": smtp.port,
        "security": "none",
        "sender": "Parlour <chat@example.org>",
    }
    return {"smtp": host}


@pytest.fixture
async def mailed(alice: ApiClient, services: Services) -> ApiClient:
    """Alice, who wants mails."""
    async with services.db.acquire() as conn:
        await conn.execute(INSERT_ADDRESS, ADDRESS, alice.user_id)
    (await set_pusher(alice, email_pusher())).ok()
    return alice


def email_pusher() -> JsonObject:
    return {
        "kind": "email",
        "app_id": "m.email",
        "pushkey": "Alice@Example.net",
        "app_display_name": "Email Notifications",
        "device_display_name": "alice@example.net",
        "lang": "en",
        "data": {"brand": "x"},
    }


async def test_a_mail_comes_once_messages_stay_unread_then_ever_less_often_and_ends_by_its_link(
    mailed: ApiClient,
    reader: Reader,
    bob: ApiClient,
    room_id: str,
    services: Services,
    smtp: SmtpServer,
    clock: FakeClock,
) -> None:
    (await set_state(bob, room_id, "m.room.name", {"name": "Bcc: x\n<b>room</b>"})).ok()
    body = "<em>one</em><script>no</script>"
    html: JsonObject = {"format": "org.matrix.custom.html", "formatted_body": body}
    await say(bob, room_id, "one", **html)
    await say(bob, room_id, "<i>two</i>")
    await all_told(services)
    clock.advance(DELAY_MS - 1)
    await all_told(services)
    assert smtp.mails == []
    clock.advance(1)
    await all_told(services)
    mail = await smtp.next_mail()
    assert mail.recipient == ADDRESS
    assert mail.message["Subject"] == "2 unread messages in Bcc: x <b>room</b>"
    assert "<em>one</em>" in mail.part("html")
    assert "script" not in mail.part("html")
    assert "&lt;i&gt;two&lt;/i&gt;" in mail.part("html")
    assert "<i>two</i>" in mail.part("plain")
    assert "bob" in mail.part("plain")

    await say(bob, room_id, "three")
    await all_told(services)
    clock.advance(FIRST_PAUSE_MS)
    await all_told(services)
    mail = await smtp.next_mail()
    assert mail.message["Subject"].startswith("1 unread message in")
    await say(bob, room_id, "four")
    clock.advance(GROWTH * FIRST_PAUSE_MS - 1)
    await all_told(services)
    assert len(smtp.mails) == 2
    read = await say(bob, room_id, "five")
    await reader.read(room_id, read)
    clock.advance(DELAY_MS)
    await all_told(services)
    assert len(smtp.mails) == 2, "what was read is written about"

    found = LINK.search(mail.part("plain"))
    assert found is not None
    assert mail.message["List-Unsubscribe"] == f"<{found[0]}>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    anybody = mailed.with_token(None)
    page = await anybody.get(found[1])
    assert (page.status, ADDRESS.encode() in page.body) == (200, True)
    assert len(await pushers_of(mailed)) == 1
    forged = found[1][:-1] + ("A" if found[1][-1] != "A" else "B")
    assert (await anybody.post(forged)).status == 403
    assert len(await pushers_of(mailed)) == 1
    for _ in range(2):
        reply = await anybody.request("POST", found[1], data=b"List-Unsubscribe=One-Click")
        assert reply.status == 200
    assert await pushers_of(mailed) == []


async def test_mails_go_on_after_the_log_out_but_not_without_the_address(
    mailed: ApiClient,
    bob: ApiClient,
    room_id: str,
    services: Services,
    smtp: SmtpServer,
    clock: FakeClock,
) -> None:
    (await mailed.post("/logout")).ok()
    again = await mailed.log_in("alice")
    (shown,) = await pushers_of(again)
    assert (shown["pushkey"], shown["kind"]) == (ADDRESS, "email")
    async with services.db.acquire() as conn:
        await conn.execute("DELETE FROM threepids")
    await say(bob, room_id)
    await all_told(services)
    assert await pushers_of(again) == []
    assert (await set_pusher(again, email_pusher())).errcode == "M_THREEPID_NOT_FOUND"
