"""Asking for a mail: attempts, links, limits, and what is refused."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from homeserver.http.context import Services
from homeserver.http.rate_limits import Action
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.mailbox import CONFIRM, ask, link_in, post_form, press_button, smtp_settings
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server

PATH = "/account/3pid"
FAMILY = ("/register", "/account/password", "/account/3pid")


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def overrides(smtp_server: SmtpServer) -> JsonObject:
    return {"smtp": smtp_settings(smtp_server, next_links=["app.example.org"])}


async def test_an_attempt_seen_before_sends_nothing_and_older_mails_stay_good(
    client: ApiClient, smtp_server: SmtpServer, services: Services
) -> None:
    sids = [(await ask(client, PATH, "a@example.com", attempt=n)).ok()["sid"] for n in (1, 1, 2, 1)]
    assert len(set(sids)) == 1
    first, second = [await smtp_server.next_mail() for _ in range(2)]
    other = (await ask(client, PATH, "a@example.com", secret="other")).ok()["sid"]
    assert other not in sids
    assert (await smtp_server.next_mail()).recipient == "a@example.com"
    assert len(smtp_server.mails) == 3
    links = [link_in(mail) for mail in (first, second)]
    assert links[0] != links[1]
    assert links[0] is not None
    assert (await press_button(client, links[0])).status == 200
    assert b"confirmed" in (await client.request("GET", links[0])).body
    (await ask(client, PATH, "a@example.com", attempt=3)).ok()
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outgoing_mails") == 0
    assert len(smtp_server.mails) == 3, "it is confirmed already"


async def test_links_that_are_not_good_are_all_alike(client: ApiClient, smtp_server: SmtpServer) -> None:
    (await ask(client, PATH, "a@example.com")).ok()
    link = link_in(await smtp_server.next_mail())
    assert link is not None
    path, _, query = link.partition("?")
    assert path == CONFIRM
    fields = query.split("&")
    for wrong in (
        f"{fields[0]}&token=x",
        f"sid=x&{fields[1]}",
        fields[0],
        "",
        "sid=%00&token=%00",
        "sid=ü&token=ü",
    ):
        page = await client.request("GET", f"{CONFIRM}?{wrong}")
        assert page.status in (400, 404)
        assert (await post_form(client, CONFIRM, wrong)).status in (400, 404)
    assert (await client.post(CONFIRM, {"sid": "x"})).status == 400
    page = await client.request("GET", link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


async def test_people_are_led_on_to_permitted_hosts_only(client: ApiClient, smtp_server: SmtpServer) -> None:
    async def confirmed(secret: str, next_link: str) -> bytes:
        body = {"client_secret": secret, "email": "a@example.com", "send_attempt": 1, "next_link": next_link}
        (await client.post(f"{PATH}/email/requestToken", body)).ok()
        link = link_in(await smtp_server.next_mail())
        assert link is not None
        page = await press_button(client, link)
        assert (page.status, page.headers.get("Location")) == (200, None)
        return page.body

    led = await confirmed("1", "https://app.example.org/#/register?a=1&b=%22%3E%3Cscript%3E")
    assert b'href="https://app.example.org/#/register?a=1&amp;b=%22%3E%3Cscript%3E"' in led
    for n, elsewhere in enumerate(("https://evil.example/", "http://app.example.org.evil.example/app")):
        assert b"evil" not in await confirmed(f"secret{n}", elsewhere)


IMPOSSIBLE: tuple[JsonObject, ...] = (
    {"next_link": "javascript:alert(1)"},
    {"next_link": "//app.example.org/"},
    {"next_link": "https://app.example.org@evil.example/"},
    {"next_link": "https://app.example.org\\@evil.example/"},
    {"next_link": 'https://app.example.org/"onclick="x y'},
    {"next_link": "https://app.example.org/" + "x" * 5000},
    {"email": "alice"},
    {"email": "a@example.com\r\nBcc: eve@example.com"},
    {"email": "x" * 300 + "@example.com"},
    {"client_secret": ""},
    {"client_secret": "ü"},
    {"client_secret": "x" * 256},
    {"send_attempt": -1},
    {"send_attempt": 2**60},
)


async def test_what_cannot_be_is_refused(client: ApiClient) -> None:
    """Parameters of any length were once taken, and stored (CVE-2021-21393, CVE-2021-21394)."""
    for change in IMPOSSIBLE:
        body = {"client_secret": "monkeys", "email": "a@example.com", "send_attempt": 1, **change}
        for path in FAMILY:
            refused = await client.post(f"{path}/email/requestToken", body)
            assert (refused.status, refused.errcode) == (400, "M_INVALID_PARAM"), change


async def test_text_messages_are_not_sent(client: ApiClient) -> None:
    body = {"client_secret": "monkeys", "country": "GB", "phone_number": "07700900001", "send_attempt": 1}
    for path in FAMILY:
        refused = await client.post(f"{path}/msisdn/requestToken", body)
        assert (refused.status, refused.errcode) == (400, "M_THREEPID_MEDIUM_NOT_SUPPORTED")


@pytest.mark.parametrize("overrides", [{}])
async def test_without_a_mail_server_there_are_no_addresses(client: ApiClient, alice: ApiClient) -> None:
    for path in ("/account/password", "/account/3pid"):
        refused = await ask(client, path, "a@example.com")
        assert (refused.status, refused.errcode) == (400, "M_THREEPID_MEDIUM_NOT_SUPPORTED")
    assert (await ask(client, "/register", "a@example.com")).errcode == "M_THREEPID_DENIED"
    assert (await client.post("/account/password", {"new_password": "x"})).errcode == "M_MISSING_TOKEN"
    assert (await alice.post("/account/3pid/add", {"sid": "x", "client_secret": "x"})).status == 403
    assert (await alice.get("/capabilities")).ok()["capabilities"]["m.3pid_changes"] == {"enabled": False}
    flows = (await client.post("/register", {})).json["flows"]
    assert {"stages": ["m.login.email.identity"]} not in flows


async def test_tokens_and_addresses_do_not_reach_the_log(client: ApiClient, smtp_server: SmtpServer) -> None:
    smtp_server.answers["RCPT"] = "550 no such user hidden@example.com"
    with capture_logs() as logs:
        (await ask(client, PATH, "hidden@example.com", secret="sesame")).ok()
        while not any(entry["event"] == "mail_given_up" for entry in logs):
            (await ask(client, PATH, "hidden@example.com", secret="sesame")).ok()
    assert "hidden" not in repr(logs)
    assert "sesame" not in repr(logs)


async def test_mails_are_limited_per_asker_and_per_address(
    client: ApiClient, services: Services, smtp_server: SmtpServer, clock: FakeClock
) -> None:
    services.rate_limits.enabled = True
    for n in range(5):
        (await ask(client, PATH, f"a{n}@example.com")).ok()
    refused = await ask(client, "/account/password", "a5@example.com")
    assert (refused.status, refused.errcode) == (429, "M_LIMIT_EXCEEDED")
    clock.advance(600_000)
    for _ in range(5):
        services.rate_limits.check_key(Action.EMAIL, "victim@example.com")
    assert (await ask(client, PATH, "Victim@example.com")).status == 429, "whoever else has asked for it"
