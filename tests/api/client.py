"""A Matrix client as thin as a test needs: one call per request, the answer as it came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import orjson
from aiohttp import ClientSession
from multidict import CIMultiDictProxy
from yarl import URL

from homeserver.json_types import JsonObject, JsonValue
from tests.conformance.seen import note_answer

ResponseListener: TypeAlias = Callable[[str, str, int, JsonValue], object]
"""Called with (method, path, status, json) of every JSON response."""

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Reply:
    """A response. `json` is empty where the body is no JSON object."""

    status: int
    json: JsonObject
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def errcode(self) -> str | None:
        """The error code, where there is one."""
        code = self.json.get("errcode")
        return code if isinstance(code, str) else None

    def ok(self) -> JsonObject:
        """Return the JSON of a success; fail the test otherwise."""
        assert self.status == 200, f"{self.status}: {self.body[:500]!r}"
        return self.json


@dataclass(frozen=True)
class ApiClient:
    """Somebody who speaks to the server, logged in or not.

    A path that does not begin with `/_` or `/.` is below `prefix`. Paths are sent as they are written, so
    they must be percent-encoded.
    """

    session: ClientSession
    base_url: str
    on_response: ResponseListener | None = None
    access_token: str | None = None
    user_id: str = ""
    device_id: str = ""
    password: str = PASSWORD
    prefix: str = "/_matrix/client/v3"
    is_ours: bool = True
    """False for a client of somebody else's server, whose answers prove nothing about this one."""

    async def get(self, path: str, **params: str | int) -> Reply:
        return await self.request("GET", path, params=params)

    async def put(self, path: str, json: object = None, **params: str | int) -> Reply:
        return await self.request("PUT", path, {} if json is None else json, params=params)

    async def post(self, path: str, json: object = None, **params: str | int) -> Reply:
        return await self.request("POST", path, {} if json is None else json, params=params)

    async def delete(self, path: str, json: object = None, **params: str | int) -> Reply:
        return await self.request("DELETE", path, json, params=params)

    async def request(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        data: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; `json` is anything JSON can say, None sends `data` or no body."""
        full_path = path if path.startswith(("/_", "/.")) else self.prefix + path
        url = URL(self.base_url + full_path, encoded=True)
        if params:
            url = url.update_query({name: str(value) for name, value in params.items()})
        sent = dict(headers or {})
        if self.access_token is not None:
            sent.setdefault("Authorization", f"Bearer {self.access_token}")
        body = orjson.dumps(json) if json is not None else data
        async with self.session.request(method, url, data=body, headers=sent) as response:
            reply = Reply(response.status, {}, response.headers, await response.read())
        decoded: JsonValue = None
        if "json" in reply.headers.get("Content-Type", "") and method != "HEAD":
            decoded = orjson.loads(reply.body)
            if self.on_response is not None:
                self.on_response(method, full_path, reply.status, decoded)
            reply = replace(reply, json=decoded if isinstance(decoded, dict) else {})
        if self.is_ours:
            note_answer(method, full_path, reply.status, decoded)
        return reply

    async def register(self, name: str, **members: object) -> Self:
        """Make an account without further ado, and return its client; the server must be open."""
        body: dict[str, object] = {
            "auth": {"type": "m.login.dummy"},
            "username": name,
            "password": PASSWORD,
            **members,
        }
        return self.logged_in((await self.post("/register", body)).ok())

    async def log_in(self, user: str, password: str = PASSWORD, **members: object) -> Self:
        """Log in with a password and return the client."""
        return self.logged_in((await self.try_log_in(user, password, **members)).ok())

    async def try_log_in(self, user: str, password: str = PASSWORD, **members: object) -> Reply:
        """Send a log-in and return what came of it."""
        identifier = {"type": "m.id.user", "user": user}
        body: dict[str, object] = {
            "type": "m.login.password",
            "identifier": identifier,
            "password": password,
            **members,
        }
        return await self.post("/login", body)

    async def whoami(self) -> Reply:
        """Ask whether the access token is good."""
        return await self.get("/account/whoami")

    def logged_in(self, login: JsonObject) -> Self:
        """Return the client of what /login or /register answered."""
        return replace(
            self,
            access_token=login.get("access_token"),
            user_id=login["user_id"],
            device_id=login.get("device_id", ""),
        )

    def with_token(self, access_token: str | None) -> Self:
        """Return the same client with another access token."""
        return replace(self, access_token=access_token)

    def password_auth(self, password: str | None = None, session: str | None = None) -> JsonObject:
        """Return the `auth` member that proves to own this account."""
        auth: JsonObject = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.user_id},
            "password": self.password if password is None else password,
        }
        return auth if session is None else {**auth, "session": session}
