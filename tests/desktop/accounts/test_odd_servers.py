"""Servers that answer a sign-in with what they should not."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from client_desktop.core.accounts.capabilities import parse_capabilities
from client_desktop.core.accounts.device_grant import poll_for_tokens, start_device_grant
from client_desktop.core.accounts.discovery import look_at
from client_desktop.core.accounts.email_stage import EmailPurpose, send_validation
from client_desktop.core.accounts.homeserver import Homeserver
from client_desktop.core.accounts.interactive_auth import with_interactive_auth
from client_desktop.core.accounts.login import log_in_with_password, moved_to
from client_desktop.core.accounts.oauth_client import register_oauth_client
from client_desktop.core.accounts.oauth_metadata import DEVICE_CODE_GRANT, OAuthMetadata
from client_desktop.core.accounts.oauth_sign_in import session_of_tokens, sign_in_with_oauth
from client_desktop.core.accounts.oauth_tokens import OAuthRefused, OAuthTokens, request_tokens
from client_desktop.core.accounts.own_devices import delete_devices
from client_desktop.core.accounts.registration import registration_options, user_name_problem
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sign_out import end_session
from client_desktop.core.accounts.sso import BrowserTimeout
from client_desktop.core.accounts.stages import Password
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api, FixedToken
from client_desktop.core.errors import (
    BadAnswer,
    Cancelled,
    MatrixError,
    NeedsInteractiveAuth,
    NetworkUnavailable,
    NotAllowed,
    RateLimited,
    TokenRejected,
)
from client_desktop.core.json_types import JsonObject
from tests.desktop.accounts.conftest import DESCRIPTION, WORDS, Person, SystemBrowser, nothing
from tests.support.fake_clock import FakeClock

GOOD: JsonObject = {"user_id": "@alice:example.org", "device_id": "D", "access_token": "token"}
TOKENS: JsonObject = {"access_token": "a", "token_type": "Bearer", "refresh_token": "r", "expires_in": 60}


class Odd:
    """Answers each path with what a test put there: (status, JSON) or (status, bytes)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, object]] = {}
        self.asked: list[str] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        await request.read()
        self.asked.append(request.path)
        status, body = self.answers.get(request.path, (404, {"errcode": "M_UNRECOGNIZED"}))
        if isinstance(body, bytes):
            return web.Response(status=status, body=body)
        return web.json_response(body, status=status)

    @property
    def oauth(self) -> OAuthMetadata:
        return OAuthMetadata(
            issuer=f"{self.url}/",
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            revocation_endpoint=f"{self.url}/revoke",
            registration_endpoint=f"{self.url}/register",
            device_authorization_endpoint=f"{self.url}/device",
            account_management_uri=None,
            account_management_actions=(),
            grant_types=("authorization_code", DEVICE_CODE_GRANT),
            response_modes=("query",),
            challenge_methods=("S256",),
            prompt_values=(),
            names_issuer=False,
        )

    @property
    def homeserver(self) -> Homeserver:
        return Homeserver(self.url, "odd", (), frozenset(), (), oauth=self.oauth)


@pytest.fixture
async def odd() -> AsyncIterator[Odd]:
    odd = Odd()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", odd.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    odd.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield odd
    await runner.cleanup()


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_id": None},
        {"user_id": "alice"},
        {"device_id": ""},
        {"device_id": "x" * 300},
        {"access_token": 5},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"access_token": "x" * 20_000},
        {"refresh_token": ""},
    ],
)
async def test_a_login_that_lacks_something_signs_nobody_in(
    odd: Odd, http: aiohttp.ClientSession, clock: FakeClock, wrong: JsonObject
) -> None:
    odd.answers["/_matrix/client/v3/login"] = (200, {**GOOD, **wrong})
    with pytest.raises(BadAnswer):
        await log_in_with_password(http, odd.url, "alice", "pw", clock=clock, device_name="desk")


async def test_a_server_that_moves_is_followed_only_to_a_server(
    odd: Odd, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    elsewhere = {"m.homeserver": {"base_url": "https://localhost:1/"}}
    odd.answers["/_matrix/client/v3/login"] = (200, {**GOOD, "expires_in_ms": -5, "well_known": elsewhere})
    session = await log_in_with_password(http, odd.url, "a@b.c", "pw", clock=clock, device_name="desk")
    assert session.homeserver_url == odd.url
    assert session.expires_at_ms is None
    assert moved_to(session, "https://new.example.org/").homeserver_url == "https://new.example.org"


async def test_token_endpoints_are_read_with_care(odd: Odd, http: aiohttp.ClientSession) -> None:
    async def ask() -> OAuthTokens:
        return await request_tokens(http, f"{odd.url}/token", {"grant_type": "x"}, 1000)

    odd.answers["/token"] = (200, TOKENS)
    assert (await ask()).expires_at_ms == 61_000
    for status, body, error in (
        (200, {**TOKENS, "token_type": "mac"}, BadAnswer),
        (200, {**TOKENS, "access_token": None}, BadAnswer),
        (200, b"<html>", BadAnswer),
        (302, b"", BadAnswer),
        (400, b"<html>", OAuthRefused),
        (400, {"error": "invalid_grant", "error_description": "no"}, OAuthRefused),
        (429, {}, NetworkUnavailable),
        (503, b"", NetworkUnavailable),
    ):
        odd.answers["/token"] = (status, body)
        with pytest.raises(error):
            await ask()


async def test_clients_are_registered_or_told_why_not(odd: Odd, http: aiohttp.ClientSession) -> None:
    described = replace(DESCRIPTION, logo_uri="https://parlour.example/logo.png")
    odd.answers["/register"] = (201, {"client_id": "c"})
    assert await register_oauth_client(http, odd.oauth, described) == "c"
    odd.answers["/register"] = (201, {"client_id": ""})
    with pytest.raises(BadAnswer):
        await register_oauth_client(http, odd.oauth, described)
    with pytest.raises(NotAllowed):
        await register_oauth_client(http, replace(odd.oauth, registration_endpoint=None), described)


async def test_oauth_ends_where_nobody_comes_back_or_the_answer_is_empty(
    odd: Odd, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    odd.answers["/register"] = (201, {"client_id": "c"})

    async def run(browser: SystemBrowser, timeout_s: float = 10) -> Session:
        return await sign_in_with_oauth(
            http, odd.homeserver, browser, WORDS, DESCRIPTION, clock=clock, timeout_s=timeout_s
        )

    with pytest.raises(BrowserTimeout):
        await run(SystemBrowser(nothing), 0.01)
    for query, error in (("", BadAnswer), ("&error=server_error", OAuthRefused)):

        async def visit(url: str, query: str = query) -> None:
            from yarl import URL

            params = URL(url).query
            async with http.get(f"{params['redirect_uri']}?state={params['state']}{query}"):
                pass

        with pytest.raises(error):
            await run(SystemBrowser(visit))
    with pytest.raises(NotAllowed):
        await sign_in_with_oauth(
            http,
            replace(odd.homeserver, oauth=None),
            SystemBrowser(nothing),
            WORDS,
            DESCRIPTION,
            clock=clock,
        )
    odd.answers["/_matrix/client/v3/account/whoami"] = (200, {**GOOD, "device_id": "ANOTHER"})
    with pytest.raises(BadAnswer):
        await session_of_tokens(http, odd.url, odd.oauth, "c", "MINE", OAuthTokens("a", None, None))


async def test_a_refresh_that_is_refused_tells_softly_or_not(
    odd: Odd, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    old = Session("@a:b", "D", odd.url, "t", "r")
    oauth = replace(old, oauth_client_id="c", oauth_issuer=f"{odd.url}/")
    kept: list[Session] = []

    async def refresh(session: Session) -> bool:
        return await SessionTokens(session, http, clock, kept.append).refresh()

    for status, body, soft in (
        (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, True),
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, False),
        (403, {"errcode": "M_FORBIDDEN"}, False),
    ):
        odd.answers["/_matrix/client/v3/refresh"] = (status, body)
        with pytest.raises(TokenRejected) as refused:
            await refresh(old)
        assert refused.value.soft is soft, body
    odd.answers["/_matrix/client/v3/refresh"] = (500, {"errcode": "M_UNKNOWN"})
    with pytest.raises(MatrixError):
        await refresh(old)
    metadata = {
        name: f"{odd.url}/{name}"
        for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint")
    }
    odd.answers["/_matrix/client/v1/auth_metadata"] = (200, {**metadata, "issuer": f"{odd.url}/"})
    for error, soft in (("invalid_grant", False), ("invalid_client", True)):
        odd.answers["/token_endpoint"] = (400, {"error": error})
        with pytest.raises(TokenRejected) as refused:
            await refresh(oauth)
        assert refused.value.soft is soft
    with pytest.raises(BadAnswer):
        await refresh(replace(oauth, oauth_issuer="https://was.example/"))
    assert kept == []
    del odd.answers["/_matrix/client/v1/auth_metadata"]
    with pytest.raises(BadAnswer):
        await end_session(http, oauth, Api(odd.url, http))


async def test_registration_is_open_closed_or_unclear(odd: Odd, http: aiohttp.ClientSession) -> None:
    server = replace(odd.homeserver, oauth=None)

    async def options(status: int, body: JsonObject) -> tuple[bool, str]:
        odd.answers["/_matrix/client/v3/register"] = (status, body)
        found = await registration_options(http, server)
        return found.is_open, found.reason

    assert await options(403, {"errcode": "M_FORBIDDEN", "error": "closed"}) == (False, "closed")
    assert await options(400, {"errcode": "M_MISSING_PARAM", "error": ""}) == (True, "")
    assert await options(404, {"errcode": "M_UNRECOGNIZED"}) == (False, "")
    assert await options(200, {}) == (True, "")
    with pytest.raises(RateLimited):
        await options(429, {"errcode": "M_LIMIT_EXCEEDED"})
    odd.answers["/_matrix/client/v3/register/available"] = (403, {"errcode": "M_FORBIDDEN"})
    with pytest.raises(MatrixError):
        await user_name_problem(http, odd.url, "alice")


async def test_a_wrong_password_without_flows_is_asked_for_again(
    odd: Odd, http: aiohttp.ClientSession
) -> None:
    refusals: list[Exception] = [
        NeedsInteractiveAuth((("m.login.password",),), (), {}, None),
        MatrixError(403, "M_FORBIDDEN", "wrong"),
        RateLimited(1000),
        MatrixError(403, "M_FORBIDDEN", "wrong"),
    ]
    sent: list[JsonObject | None] = []

    async def call(auth: JsonObject | None) -> str:
        sent.append(auth)
        if refusals:
            raise refusals.pop(0)
        return "done"

    api = Api(odd.url, http)
    person = Person(*[Password("pw")] * 4)
    assert await with_interactive_auth(call, person, api=api, user_id="@a:b") == "done"
    words = [stage.error_word for stage in person.asked]
    assert words == ["", "stage_password", "rate_limited", "stage_password"]
    refusals[:] = [MatrixError(403, "M_FORBIDDEN", "not about proof")]
    with pytest.raises(MatrixError):
        await with_interactive_auth(call, Person(), api=api)
    refusals[:] = [NeedsInteractiveAuth(((),), (), {}, "s"), MatrixError(400, "M_UNKNOWN", "else")]
    with pytest.raises(MatrixError):
        await with_interactive_auth(call, Person(), api=api)
    assert sent[-1] == {"session": "s"}

    async def never(auth: JsonObject | None) -> None:
        raise NeedsInteractiveAuth((("m.login.dummy",),), (), {}, "s")

    with pytest.raises(BadAnswer, match="never satisfied"):
        await with_interactive_auth(never, Person(), api=api)


async def test_a_mail_without_session_and_a_device_that_is_gone(
    odd: Odd, http: aiohttp.ClientSession
) -> None:
    api = Api(odd.url, http, FixedToken("t"))
    odd.answers[EmailPurpose.REGISTER] = (200, {"sid": ""})
    with pytest.raises(BadAnswer):
        await send_validation(api, EmailPurpose.REGISTER, "a@b.c")
    odd.answers["/_matrix/client/v3/delete_devices"] = (404, {"errcode": "M_NOT_FOUND"})
    await delete_devices(api, ["GONE"], {"type": "m.login.password"})
    odd.answers["/_matrix/client/v3/delete_devices"] = (403, {"errcode": "M_FORBIDDEN"})
    with pytest.raises(MatrixError):
        await delete_devices(api, ["D"], None)


async def test_a_grant_is_read_with_care(
    odd: Odd, http: aiohttp.ClientSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    good: JsonObject = {"device_code": "d", "user_code": "U", "verification_uri": "https://x.example/link"}
    odd.answers["/device"] = (200, {**good, "interval": 0, "expires_in": 10**9})
    grant = await start_device_grant(http, odd.oauth, "c", "D")
    assert (grant.interval_s, grant.lifetime_s) == (1, 3600)
    for wrong in ({"device_code": ""}, {"user_code": None}, {"verification_uri": "javascript:x"}):
        odd.answers["/device"] = (200, {**good, **wrong})
        with pytest.raises(BadAnswer):
            await start_device_grant(http, odd.oauth, "c", "D")
    with pytest.raises(NotAllowed):
        await start_device_grant(http, replace(odd.oauth, device_authorization_endpoint=None), "c", "D")

    later: list[tuple[int, object]] = [
        (400, {"error": "slow_down"}),
        (503, b""),
        (400, {"error": "authorization_pending"}),
        (200, TOKENS),
    ]
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        odd.answers["/token"] = later.pop(0)

    monkeypatch.setattr("client_desktop.core.accounts.device_grant.asyncio.sleep", nap)
    odd.answers["/token"] = (400, {"error": "authorization_pending"})
    assert (await poll_for_tokens(http, odd.oauth, "c", grant, clock)).access_token == "a"
    assert naps == [1, 6, 6, 6]
    for error, raised in (
        ("access_denied", Cancelled),
        ("expired_token", Cancelled),
        ("invalid_client", OAuthRefused),
    ):
        odd.answers["/token"] = (400, {"error": error})
        with pytest.raises(raised):
            await poll_for_tokens(http, odd.oauth, "c", grant, clock)


def test_capabilities_are_what_the_specification_says_of_silence() -> None:
    silent = parse_capabilities({})
    assert silent.change_password
    assert silent.set_display_name
    assert not silent.get_login_token
    assert silent.default_room_version == "1"
    older = parse_capabilities({"m.set_avatar_url": {"enabled": False}, "m.change_password": "nonsense"})
    assert (older.set_avatar, older.set_display_name, older.change_password) == (False, True, True)
    newer = parse_capabilities({"m.profile_fields": {"enabled": True, "disallowed": ["displayname"]}})
    assert (newer.set_avatar, newer.set_display_name) == (True, False)
    allowed = parse_capabilities({"m.profile_fields": {"enabled": True, "allowed": ["displayname"]}})
    assert (allowed.set_avatar, allowed.set_display_name) == (False, True)
    none = parse_capabilities({"m.profile_fields": {"enabled": False}})
    assert not none.set_avatar
    assert not none.profile_fields
    versions = {"default": "12", "available": {"11": "stable", "x": "unstable"}}
    assert parse_capabilities({"m.room_versions": versions}).room_versions == (("11", True), ("x", False))


async def test_a_server_without_login_still_is_one(odd: Odd, http: aiohttp.ClientSession) -> None:
    odd.answers["/_matrix/client/versions"] = (200, {"versions": ["v1.1"], "unstable_features": "none"})
    server = await look_at(http, odd.url + "/")
    assert (server.url, server.flows, server.has_password) == (odd.url, (), False)
