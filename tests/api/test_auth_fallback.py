"""The web pages on which stages of interactive authentication are passed."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from homeserver.client_api.auth_forms import captcha_sources
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient, Reply
from tests.api.mailbox import link_in, post_form, press_button, smtp_settings
from tests.support.smtp_server import SmtpServer, running_smtp_server

TERMS = [
    {"id": "terms", "version": "1", "language": "en", "name": "Terms <1>", "url": "https://example.org/en"},
    {"id": "terms", "version": "1", "language": "de", "name": "Regeln", "url": "https://example.org/de"},
]


class CaptchaProvider:
    """Judges answers, unless it is broken."""

    def __init__(self) -> None:
        self.is_broken = False
        self.url = ""

    async def verify(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        if self.is_broken:
            return web.Response(text="x" * 100_000)
        return web.json_response({"success": form == {"secret": "hidden", "response": "solved"}})


@pytest.fixture
async def captcha() -> AsyncIterator[CaptchaProvider]:
    provider = CaptchaProvider()
    app = web.Application()
    app.router.add_post("/siteverify", provider.verify)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}/siteverify"
    yield provider
    await runner.cleanup()


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def overrides(smtp_server: SmtpServer, captcha: CaptchaProvider) -> JsonObject:
    keys = {"site_key": "site<key>", "secret_key": "hidden", "verify_url": captcha.url}
    registration = {"mode": "open", "terms": TERMS, "email": "required"}
    return {"smtp": smtp_settings(smtp_server), "captcha": keys, "registration": registration}


def path_of(stage: str) -> str:
    return f"/_matrix/client/v3/auth/{stage}/fallback/web"


async def begin(client: ApiClient) -> str:
    session = (await client.post("/register", {"username": "alice", "password": PASSWORD})).json["session"]
    assert isinstance(session, str)
    return session


async def submit(client: ApiClient, stage: str, session: str, fields: str = "") -> Reply:
    return await post_form(client, path_of(stage), f"session={session}&{fields}")


async def test_whole_registration_passes_on_pages(
    client: ApiClient, smtp_server: SmtpServer, captcha: CaptchaProvider
) -> None:
    session = await begin(client)
    assert (await submit(client, "m.login.terms", session, "agreed+terms=on")).status == 403, "not its turn"
    page = await client.request("GET", path_of("m.login.recaptcha"), params={"session": session})
    assert b"site&lt;key&gt;" in page.body
    assert "https://www.google.com" in page.headers["Content-Security-Policy"]
    unsolved = await submit(client, "m.login.recaptcha", session, "g-recaptcha-response=robot")
    assert b'role="alert"' in unsolved.body
    done = await submit(client, "m.login.recaptcha", session, "g-recaptcha-response=solved")
    assert b"window.onAuthDone()" in done.body

    page = await client.request("GET", path_of("m.login.terms"), params={"session": session})
    assert b"Terms &lt;1&gt;" in page.body
    assert (await submit(client, "m.login.terms", session)).status == 403, "nothing was agreed to"
    assert b"onAuthDone" in (await submit(client, "m.login.terms", session, "agreed+terms=on")).body

    sent = (await submit(client, "m.login.email.identity", session, "address=alice%40example.com")).body
    hidden = "&".join(f"{name}={_hidden(sent, name)}" for name in ("address", "sid", "client_secret"))
    early = await submit(client, "m.login.email.identity", session, hidden)
    assert b'role="alert"' in early.body
    link = link_in(await smtp_server.next_mail())
    assert link is not None
    await press_button(client, link)
    assert b"onAuthDone" in (await submit(client, "m.login.email.identity", session, hidden)).body

    body = {"username": "alice", "password": PASSWORD, "auth": {"session": session}}
    alice = client.logged_in((await client.post("/register", body)).ok())
    (threepid,) = (await alice.get("/account/3pid")).ok()["threepids"]
    assert threepid["address"] == "alice@example.com"
    gone = await client.request("GET", path_of("m.login.terms"), params={"session": session})
    assert gone.status == 404


async def test_captcha_is_judged_by_its_provider(client: ApiClient, captcha: CaptchaProvider) -> None:
    session = await begin(client)
    challenge = await client.post("/register", {"username": "alice", "password": PASSWORD})
    assert challenge.json["params"]["m.login.recaptcha"] == {"public_key": "site<key>"}
    for response, errcode in ((None, "M_CAPTCHA_NEEDED"), ("robot", "M_CAPTCHA_INVALID")):
        auth = {"type": "m.login.recaptcha", "session": session, "response": response}
        refused = await client.post("/register", {"username": "alice", "password": PASSWORD, "auth": auth})
        assert (refused.status, refused.errcode) == (401, errcode)
    auth = {"type": "m.login.recaptcha", "session": session, "response": "solved"}
    body = {"username": "alice", "password": PASSWORD, "auth": auth}
    captcha.is_broken = True
    assert (await client.post("/register", body)).status == 503
    captcha.is_broken = False
    passed = await client.post("/register", body)
    assert (passed.status, passed.json["completed"]) == (401, ["m.login.recaptcha"])


@pytest.mark.parametrize("overrides", [{"limits": {"failed_login": {"per_second": 0.001, "burst": 3}}}])
async def test_password_page_confirms_the_owner_and_cannot_be_used_to_guess(
    client: ApiClient, alice: ApiClient
) -> None:
    other = await client.log_in("alice")
    session = (await alice.delete(f"/devices/{other.device_id}")).json["session"]
    page = await client.request("GET", path_of("m.login.password"), params={"session": session})
    assert alice.user_id.encode() in page.body
    assert b'role="alert"' in (await submit(client, "m.login.password", session, "password=wrong")).body
    retry = await alice.delete(f"/devices/{other.device_id}", {"auth": {"session": session}})
    assert (retry.status, retry.json["completed"]) == (401, [])
    fields = f"password={PASSWORD.replace(' ', '+')}"
    assert b"onAuthDone" in (await submit(client, "m.login.password", session, fields)).body
    (await alice.delete(f"/devices/{other.device_id}", {"auth": {"session": session}})).ok()

    session = (await alice.post("/account/deactivate")).json["session"]
    for _ in range(2):
        await submit(client, "m.login.password", session, "password=wrong")
    assert (await submit(client, "m.login.password", session, fields)).status == 429


async def test_pages_are_for_sessions_that_wait_and_hold_no_text_of_others(client: ApiClient) -> None:
    """Fallback pages once showed the session as it came (CVE-2020-26891)."""
    evil = '"><script>alert(1)</script>'
    for stage in ("m.login.dummy", "m.login.password", "m.login.recaptcha", "m.login.msisdn", "m.evil"):
        for session in (evil, "", "x", await begin(client)):
            page = await client.request("GET", path_of(stage), params={"session": session})
            if page.status != 200:
                assert page.status in (403, 404)
            assert b"<script>alert" not in page.body
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_captchas_of_other_providers_may_load_what_they_need() -> None:
    assert (
        captcha_sources("https://js.hcaptcha.com/1/api.js")
        == "https://js.hcaptcha.com https://*.hcaptcha.com"
    )
    assert captcha_sources("https://example.org/x.js") == "https://example.org"


def _hidden(page: bytes, name: str) -> str:
    before, _, after = page.decode().partition(f'name="{name}" value="')
    assert before
    return after.partition('"')[0].replace("@", "%40")
