"""Devices without a browser: their code, and who types it elsewhere."""

import pytest

from tests.api.client import ApiClient, Reply
from tests.api.oauth_calls import DEVICE_CODE_GRANT, PUBLIC_URL, App, browser_for, scope, send_form, sign_in
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def app(client: ApiClient) -> App:
    return await App.register(client)


@pytest.fixture
async def browser(client: ApiClient, alice: ApiClient) -> Browser:
    browser = browser_for(client)
    await sign_in(browser)
    return browser


class Device:
    """A device that shows its code and asks for its tokens."""

    def __init__(self, app: App, answer: Reply) -> None:
        self.app = app
        self.told = answer.ok()
        self.user_code: str = self.told["user_code"]

    @classmethod
    async def begin(cls, app: App) -> "Device":
        return cls(
            app, await send_form(app.api, "device", client_id=app.client_id, scope=scope(app.device_id))
        )

    async def poll(self, **changed: str) -> Reply:
        params = {
            "grant_type": DEVICE_CODE_GRANT,
            "device_code": self.told["device_code"],
            "client_id": self.app.client_id,
            **changed,
        }
        return await send_form(self.app.api, "token", **params)

    async def error(self) -> str:
        reply = await self.poll()
        assert reply.status == 400
        error: str = reply.json["error"]
        return error


async def test_device_is_signed_in_once_its_user_has_agreed(
    client: ApiClient, alice: ApiClient, app: App, clock: FakeClock
) -> None:
    device = await Device.begin(app)
    assert device.told["verification_uri"] == f"{PUBLIC_URL}/oauth2/link"
    assert (
        device.told["verification_uri_complete"] == f"{PUBLIC_URL}/oauth2/link?user_code={device.user_code}"
    )
    assert await device.error() == "authorization_pending"
    browser = browser_for(client)
    form = await browser.open(device.told["verification_uri"])
    code_form = await browser.submit(form, user="alice", password=alice.password)
    question = await browser.submit(code_form, user_code=device.user_code.lower().replace("-", " "))
    assert "Sign in Chatter?" in question.text
    assert device.user_code in question.text
    done = await browser.submit(question, decision="allow")
    assert "Go on there" in done.text
    tokens = (await device.poll()).ok()
    me = (await client.with_token(tokens["access_token"]).whoami()).ok()
    assert (me["user_id"], me["device_id"]) == (alice.user_id, app.device_id)
    assert (await app.refresh(tokens["refresh_token"])).status == 200
    assert await device.error() == "invalid_grant", "a device code is good once"


async def test_complete_link_still_asks(browser: Browser, app: App) -> None:
    """A link that somebody is sent must not sign a stranger's device in by being opened."""
    device = await Device.begin(app)
    question = await browser.open(device.told["verification_uri_complete"])
    assert "shows this very code" in question.text
    assert await device.error() == "authorization_pending"
    await browser.submit(question, decision="deny")
    assert await device.error() == "access_denied"
    again = await browser.open(device.told["verification_uri_complete"])
    assert again.status == 404


async def test_device_that_asks_too_often_is_told_to_slow_down(app: App, clock: FakeClock) -> None:
    device = await Device.begin(app)
    assert device.told["interval"] == 5
    assert await device.error() == "authorization_pending"
    clock.advance(4_000)
    assert await device.error() == "slow_down"
    clock.advance(6_000)
    assert await device.error() == "slow_down", "the interval has grown to ten seconds"
    clock.advance(15_000)
    assert await device.error() == "authorization_pending"


async def test_device_code_expires_and_belongs_to_its_client(
    client: ApiClient, browser: Browser, app: App, clock: FakeClock
) -> None:
    device = await Device.begin(app)
    other = await App.register(client, client_name="Other")
    assert (await device.poll(client_id=other.client_id)).json["error"] == "invalid_grant"
    assert (await device.poll(device_code="x")).json["error"] == "invalid_grant"
    clock.advance(device.told["expires_in"] * 1000)
    assert await device.error() == "expired_token"
    assert (await browser.open(device.told["verification_uri_complete"])).status == 404


async def test_client_must_have_registered_to_use_device_codes(client: ApiClient) -> None:
    app = await App.register(client, client_name="Web only", grant_types=["authorization_code"])
    reply = await send_form(client, "device", client_id=app.client_id, scope=scope())
    assert reply.json["error"] == "unauthorized_client"
    assert (await send_form(client, "device", client_id="x", scope=scope())).json["error"] == "invalid_client"
    assert (await send_form(client, "device", client_id=app.client_id, scope="x")).json[
        "error"
    ] == "invalid_scope"


@pytest.mark.parametrize("overrides", [{"limits": {"failed_login": {"per_second": 0.001, "burst": 3}}}])
async def test_guessing_codes_is_limited(browser: Browser) -> None:
    for code in ("BBBB-BBBB", "", "CCCCCCCC", "DDDD-DDDD"):
        await browser.open(f"/oauth2/link?user_code={code}")
    assert (await browser.open("/oauth2/link?user_code=FFFF-FFFF")).status == 429
