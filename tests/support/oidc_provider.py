"""An OpenID Connect provider of the tests' own: real HTTP on a loopback port, and as wicked as a test wants.

A "user" signs in by opening the authorization address: the provider asks no questions.
"""

import asyncio
import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_urlsafe
from urllib.parse import urlencode

import orjson
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from homeserver.json_types import JsonObject

CLIENT_ID = "parlour"
CLIENT_SECRET = "a secret: with/signs"
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
CHUNK = b"x" * 65_536


@dataclass
class OidcProvider:
    """What the provider says, and to what extent it does what it should.

    `user` are the claims of whoever signs in next; `wrong` are claims that its ID tokens have instead of the
    right ones, where None takes a claim away. `signature` is how it signs: "good", "none", "hmac" (with the
    public key as a shared secret), or "other key".
    """

    issuer: str = ""
    now_s: Callable[[], int] = lambda: 1_700_000_000
    user: JsonObject = field(default_factory=lambda: {"sub": "subject-1", "preferred_username": "dave"})
    user_info: JsonObject | None = None
    wrong: JsonObject = field(default_factory=dict)
    signature: str = "good"
    metadata: JsonObject = field(default_factory=dict)
    answer: JsonObject = field(default_factory=dict)
    endless: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "key-1", "use": "sig"}))
    _codes: dict[str, JsonObject] = field(default_factory=dict)

    def roll_key(self) -> None:
        """Sign with a new key from now on."""
        self.key = ECKey.generate_key("P-256", {"kid": token_urlsafe(4), "use": "sig"})

    def logout_token(self, **claims: object) -> str:
        """Return a token that says that a session has ended."""
        now_s = self.now_s()
        events: JsonObject = {"http://schemas.openid.net/event/backchannel-logout": {}}
        good = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now_s, "exp": now_s + 120, "jti": token_urlsafe(8),
            "events": events, "sub": self.user["sub"],
        }  # fmt: skip
        return self._sign({name: value for name, value in {**good, **claims}.items() if value is not None})

    def routes(self) -> list[web.RouteDef]:
        """Return what the provider serves."""
        return [
            web.get("/.well-known/openid-configuration", self._discovery),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
            web.get("/userinfo", self._user_info),
            web.get("/keys", self._keys),
            web.get("/picture", self._picture),
        ]

    async def _discovery(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(
            request,
            "discovery",
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                **self.metadata,
            },
        )

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = token_urlsafe(8)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], **self.answer}
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(answer)}"})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        asked = self._codes.pop(str(form["code"]), None)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if (
            asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != urlsafe_b64encode(challenge).rstrip(b"=").decode()
            or not _is_authenticated(request, dict(form))
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now_s = self.now_s()
        right = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now_s, "exp": now_s + 300, "nonce": asked["nonce"],
            **self.user,
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.wrong}.items() if value is not None}
        return await self._answer(
            request,
            "token",
            {"access_token": "opaque", "token_type": "Bearer", "id_token": self._sign(claims)},
        )

    async def _user_info(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == "Bearer opaque"
        return await self._answer(request, "userinfo", self.user_info or self.user)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        self.asked["picture"] += 1
        return web.Response(body=PNG, content_type="image/png")

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        unusable: JsonObject = {"kty": "from the future", "kid": "key-0"}
        return await self._answer(request, "keys", {"keys": [unusable, self.key.as_dict(private=False)]})

    async def _answer(self, request: web.Request, what: str, body: JsonObject) -> web.StreamResponse:
        self.asked[what] += 1
        if self.endless != what:
            return web.json_response(body)
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionResetError):
            while True:
                await response.write(CHUNK)
                await asyncio.sleep(0)
        return response

    def _sign(self, claims: JsonObject) -> str:
        key = ECKey.generate_key("P-256") if self.signature == "other key" else self.key
        if self.signature in ("good", "other key"):
            return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, key)
        header = {"alg": "none" if self.signature == "none" else "HS256", "kid": self.key.kid}
        signed = b".".join(_base64(orjson.dumps(part)) for part in (header, claims))
        mac = hmac.new(self.key.as_pem(private=False), signed, hashlib.sha256).digest()
        return (signed + b"." + (b"" if self.signature == "none" else _base64(mac))).decode()


@asynccontextmanager
async def running_oidc_provider(provider: OidcProvider) -> AsyncIterator[OidcProvider]:
    """Serve a provider for the length of the block."""
    app = web.Application()
    app.add_routes(provider.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield provider
    finally:
        await runner.cleanup()


def _is_authenticated(request: web.Request, form: JsonObject) -> bool:
    kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        return b64decode(credentials) == b"parlour:a+secret%3A+with%2Fsigns"
    return form.get("client_id") == CLIENT_ID and form.get("client_secret") == CLIENT_SECRET


def _base64(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
