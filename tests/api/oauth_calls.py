"""What an OAuth client does, in steps."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Self
from urllib.parse import urlencode

import orjson

from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient, Reply
from tests.support.browser import Browser, Page, parameters

PUBLIC_URL = "https://matrix.example.org"
ISSUER = f"{PUBLIC_URL}/"
DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT: JsonObject = {
    "client_name": "Chatter",
    "client_uri": "https://chatter.example/",
    "redirect_uris": ["https://app.chatter.example/callback", "https://chatter.example/back?x=1"],
    "grant_types": ["authorization_code", "refresh_token", DEVICE_CODE_GRANT],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}
CALLBACK = "https://app.chatter.example/callback"


def scope(device_id: str = "OAUTHDEVICE") -> str:
    return f"urn:matrix:client:api:* urn:matrix:client:device:{device_id}"


async def send_form(client: ApiClient, path: str, **params: str) -> Reply:
    """Send a form to an endpoint below /oauth2."""
    url = f"{client.base_url}/oauth2/{path}"
    async with client.session.post(url, data=params) as response:
        body = await response.read()
        return Reply(response.status, orjson.loads(body), response.headers, body)


async def register_app(client: ApiClient, **members: object) -> Reply:
    """Register a client with further metadata."""
    url = f"{client.base_url}/oauth2/registration"
    async with client.session.post(url, data=orjson.dumps({**CLIENT, **members})) as response:
        body = await response.read()
        return Reply(response.status, orjson.loads(body), response.headers, body)


@dataclass
class App:
    """A registered client at the beginning of a log-in."""

    api: ApiClient
    client_id: str
    redirect_uri: str = CALLBACK
    device_id: str = "OAUTHDEVICE"
    verifier: str = field(default_factory=lambda: token_urlsafe(48))
    state: str = field(default_factory=lambda: token_urlsafe(8))

    @classmethod
    async def register(cls, api: ApiClient, **members: object) -> Self:
        reply = await register_app(api, **members)
        assert reply.status == 201, reply.body
        return cls(api, reply.json["client_id"])

    def request(self, **changed: str | None) -> str:
        """Return the path that the client sends the browser to."""
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        params: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": scope(self.device_id),
            "state": self.state,
            "response_mode": "fragment",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changed,
        }
        return f"/oauth2/authorize?{urlencode({k: v for k, v in params.items() if v is not None})}"

    async def exchange(self, code: str, **changed: str) -> Reply:
        """Exchange a code for tokens."""
        params = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changed,
        }
        return await send_form(self.api, "token", **params)

    async def refresh(self, refresh_token: str, **changed: str) -> Reply:
        params = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "refresh_token": refresh_token,
            **changed,
        }
        return await send_form(self.api, "token", **params)

    async def code(self, browser: Browser, **changed: str | None) -> str:
        """Have somebody who is signed in agree; return the code."""
        consent = await browser.open(self.request(**changed))
        answer = await browser.submit(consent, decision="allow")
        return parameters(answer.location)["code"]

    async def log_in(self, browser: Browser) -> JsonObject:
        """Have somebody who is signed in agree; return the tokens."""
        return (await self.exchange(await self.code(browser))).ok()


def browser_for(client: ApiClient) -> Browser:
    return Browser(client.session, client.base_url, PUBLIC_URL)


async def sign_in(browser: Browser, user: str = "alice", password: str = PASSWORD) -> Page:
    """Sign a browser in, to see the account's page."""
    return await browser.submit(await browser.open("/oauth2/account"), user=user, password=password)
