"""From what people type to a server, also where servers are odd or wicked."""

import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from client_desktop.core.accounts.discovery import (
    DiscoveryBroken,
    NotAHomeserver,
    NotAServerName,
    discover,
)
from client_desktop.core.accounts.oauth_metadata import parse_oauth_metadata
from client_desktop.core.errors import BadAnswer, CertificateRefused, NetworkUnavailable
from client_desktop.core.json_types import JsonObject
from tests.support.authority import Authority

VERSIONS: JsonObject = {"versions": ["v1.1", "v1.11"], "unstable_features": {"org.a": True, "org.b": 0}}
FLOWS: JsonObject = {"flows": [{"type": "m.login.password"}]}
METADATA: JsonObject = {
    "issuer": "https://auth.example.org/",
    "authorization_endpoint": "https://auth.example.org/authorize",
    "token_endpoint": "https://auth.example.org/token",
    "revocation_endpoint": "https://auth.example.org/revoke",
    "registration_endpoint": "https://auth.example.org/register",
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "response_modes_supported": ["query"],
    "code_challenge_methods_supported": ["S256"],
}

Handler: TypeAlias = Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]


class Internet(AbstractResolver):
    """Names of the test lead to ports of this machine; no other name exists."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self.ports:
            raise OSError(f"{host} is nobody")
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self.ports[host], family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


@dataclass(frozen=True)
class LeadsTo:
    """A redirect."""

    url: str


class Odd:
    """Servers by name, each a table of paths and answers: JSON, bytes, a redirect or a status."""

    def __init__(self, authority: Authority) -> None:
        self.internet = Internet()
        self.asked: list[str] = []
        self._authority = authority

    @asynccontextmanager
    async def running(self, sites: dict[str, dict[str, object]]) -> AsyncIterator[aiohttp.ClientSession]:
        runners = []
        for host, answers in sites.items():
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self._handler(host, answers))
            runner = web.AppRunner(app)
            await runner.setup()
            certified = "elsewhere.example" if host == "forged.example" else host
            site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._authority.server_context(certified))
            await site.start()
            self.internet.ports[host] = runner.addresses[0][1]
            runners.append(runner)
        connector = aiohttp.TCPConnector(resolver=self.internet, ssl=self._authority.client_context())
        try:
            async with aiohttp.ClientSession(connector=connector) as http:
                yield http
        finally:
            for runner in runners:
                await runner.cleanup()

    def _handler(self, host: str, answers: dict[str, object]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append(f"{host}{request.path}")
            answer = answers.get(request.path)
            if answer is None:
                return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)
            if isinstance(answer, str | bytes):
                return web.Response(body=answer)
            if isinstance(answer, LeadsTo):
                raise web.HTTPFound(answer.url)
            if isinstance(answer, int):
                return web.Response(status=answer)
            return web.json_response(answer)

        return handle


WELL_KNOWN = "/.well-known/matrix/client"
MATRIX: dict[str, object] = {
    "/_matrix/client/versions": VERSIONS,
    "/_matrix/client/v3/login": FLOWS,
    "/_matrix/client/v1/auth_metadata": METADATA,
}


def naming(url: object) -> dict[str, object]:
    return {WELL_KNOWN: {"m.homeserver": {"base_url": url}}}


@pytest.fixture
def odd(authority: Authority) -> Odd:
    return Odd(authority)


@pytest.mark.parametrize(
    "typed", ["@alice:example.org", "example.org", " example.org ", "https://example.org/"]
)
async def test_a_name_leads_to_where_its_file_says(odd: Odd, typed: str) -> None:
    sites: dict[str, dict[str, object]] = {
        "example.org": naming("https://matrix.example.org/"),
        "matrix.example.org": MATRIX,
    }
    async with odd.running(sites) as http:
        found = await discover(http, typed)
    assert found.url == "https://matrix.example.org"
    assert found.name == "example.org"
    assert found.unstable_features == frozenset({"org.a"})
    assert found.has_password
    assert found.has_oauth
    assert not found.has_sso


async def test_without_a_file_the_name_itself_is_asked(odd: Odd) -> None:
    async with odd.running({"example.org": MATRIX}) as http:
        assert (await discover(http, "@alice:example.org")).url == "https://example.org"
        with pytest.raises(NetworkUnavailable):
            await discover(http, "nobody.example")


async def test_a_file_that_leads_on_is_followed_but_not_into_the_clear(odd: Odd) -> None:
    sites: dict[str, dict[str, object]] = {
        "example.org": {WELL_KNOWN: LeadsTo("https://www.example.org/file")},
        "www.example.org": {"/file": naming("https://matrix.example.org")[WELL_KNOWN]},
        "matrix.example.org": MATRIX,
        "clear.example": {WELL_KNOWN: LeadsTo("http://www.example.org/file")},
        "round.example": {WELL_KNOWN: LeadsTo(f"https://round.example{WELL_KNOWN}")},
    }
    async with odd.running(sites) as http:
        assert (await discover(http, "example.org")).url == "https://matrix.example.org"
        for name in ("clear.example", "round.example"):
            with pytest.raises(DiscoveryBroken):
                await discover(http, name)


@pytest.mark.parametrize(
    "answers",
    [
        {WELL_KNOWN: b""},
        {WELL_KNOWN: b"<html>"},
        {WELL_KNOWN: []},
        {WELL_KNOWN: {}},
        {WELL_KNOWN: {"m.homeserver": "https://example.org"}},
        {WELL_KNOWN: 500},
        {WELL_KNOWN: b"x" * 2_000_000},
        *(
            naming(url)
            for url in (
                None,
                5,
                "",
                "matrix.example.org",
                "http://matrix.example.org",
                "file:///etc/passwd",
                "https://",
                "https://user@matrix.example.org",
                "https://matrix.example.org:99999",
                "https://[::1",
                "https://matrix.example.org/" + "x" * 3000,
                "https://matrix.example.org/\n",
            )
        ),
    ],
)
async def test_a_wrong_file_is_told_and_not_worked_around(odd: Odd, answers: dict[str, object]) -> None:
    async with odd.running({"example.org": {**MATRIX, **answers}}) as http:
        with pytest.raises(BadAnswer):
            await discover(http, "example.org")
    assert not any("versions" in path for path in odd.asked)


async def test_a_file_may_not_lead_to_something_else(odd: Odd) -> None:
    sites: dict[str, dict[str, object]] = {
        "example.org": naming("https://shop.example"),
        "shop.example": {"/_matrix/client/versions": b"<html>Welcome"},
        "lists.example": {"/_matrix/client/versions": {"versions": "v1.1"}},
        "numbers.example": {"/_matrix/client/versions": {"versions": [1]}},
    }
    async with odd.running(sites) as http:
        for typed in ("example.org", "https://lists.example", "numbers.example", "https://shop.example/"):
            with pytest.raises(NotAHomeserver):
                await discover(http, typed)


async def test_a_certificate_of_another_name_ends_it(odd: Odd) -> None:
    async with odd.running({"forged.example": MATRIX}) as http:
        for typed in ("@alice:forged.example", "https://forged.example"):
            with pytest.raises(CertificateRefused):
                await discover(http, typed)
    assert odd.asked == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@alice",
        "alice",
        "two words",
        "https://",
        "ftp://example.org",
        "https://a:b@example.org",
        "@a:b c",
        "x" * 400,
    ],
)
async def test_what_names_no_server_is_refused_before_anything_is_asked(
    http: aiohttp.ClientSession, typed: str
) -> None:
    if typed == "alice":
        return  # one word may be a name on the local network
    with pytest.raises(NotAServerName):
        await discover(http, typed)


async def test_what_a_server_says_of_sign_in_is_read_with_care(odd: Odd) -> None:
    login = {
        "flows": [
            "nonsense",
            {"type": 5},
            {
                "type": "m.login.sso",
                "oauth_aware_preferred": True,
                "identity_providers": [
                    {"id": "a", "name": "A" * 1000, "icon": "mxc://x/y", "brand": "a"},
                    {"id": "", "name": "none"},
                    {"name": "none"},
                    "nonsense",
                    {"id": "b"},
                ],
            },
        ]
    }
    broken = {**METADATA, "token_endpoint": "http://auth.example.org/token"}
    sites: dict[str, dict[str, object]] = {
        "one.example": {**MATRIX, "/_matrix/client/v3/login": login},
        "two.example": {
            "/_matrix/client/versions": {"versions": []},
            "/_matrix/client/v3/login": {"flows": "none"},
            "/_matrix/client/v1/auth_metadata": broken,
        },
        "old.example": {
            "/_matrix/client/versions": VERSIONS,
            "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata": METADATA,
        },
    }
    async with odd.running({**sites, "down.example": down()}) as http:
        one = await discover(http, "https://one.example")
        assert one.has_sso
        assert one.oauth_aware_preferred
        assert [(entry.provider_id, len(entry.name)) for entry in one.providers] == [("a", 255), ("b", 1)]
        two = await discover(http, "https://two.example")
        assert (two.flows, two.oauth, two.has_oauth) == ((), None, False)
        old = await discover(http, "https://old.example")
        assert old.has_oauth
        assert (await discover(http, "https://down.example")).oauth is None


def down() -> dict[str, object]:
    return {**MATRIX, "/_matrix/client/v1/auth_metadata": 503}


def test_plain_http_is_spoken_to_endpoints_on_this_machine_alone() -> None:
    here = {**METADATA, "token_endpoint": "http://127.0.0.1:8008/token"}
    assert parse_oauth_metadata(here, plain_http_here=True).token_endpoint == here["token_endpoint"]
    for url in ("http://example.org/token", "http://127.0.0.1.example.org/token", "http://[::1"):
        with pytest.raises(BadAnswer):
            parse_oauth_metadata({**METADATA, "token_endpoint": url}, plain_http_here=True)
    with pytest.raises(BadAnswer):
        parse_oauth_metadata(here)


def test_account_pages_are_opened_at_actions_they_know() -> None:
    plain = parse_oauth_metadata(METADATA)
    assert plain.account_url("org.matrix.profile") is None
    assert not plain.can_register
    assert not plain.can_use_device_code
    account = "https://auth.example.org/account?x=1"
    known = parse_oauth_metadata(
        {
            **METADATA,
            "account_management_uri": account,
            "account_management_actions_supported": ["org.matrix.profile", 5],
        }
    )
    assert known.account_url() == account
    assert known.account_url("org.matrix.devices_list") == account
    assert known.account_url("org.matrix.profile") == f"{account}&action=org.matrix.profile"
    for name in ("issuer", "registration_endpoint"):
        with pytest.raises(BadAnswer):
            parse_oauth_metadata({**METADATA, name: "javascript:alert(1)"})
