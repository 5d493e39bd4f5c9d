"""Tokens that let somebody make an account.

Documented by Synapse as its registration tokens admin API.
"""

from secrets import choice
from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from homeserver.accounts.registration_tokens import create_registration_token
from homeserver.admin_api.pages import query_flag
from homeserver.errors import InvalidParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.admin_tokens import TokenRow, delete_token, select_token, select_tokens, update_token

routes = Routes()

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
DEFAULT_LENGTH: Final = 16
MAX_LENGTH: Final = 64


class NewTokenBody(msgspec.Struct):
    """POST /_synapse/admin/v1/registration_tokens/new."""

    token: str | None = None
    length: int = DEFAULT_LENGTH
    uses_allowed: int | None = None
    expiry_time: int | None = None


class TokenBody(msgspec.Struct):
    """PUT /_synapse/admin/v1/registration_tokens/{token}; what is null is without end."""

    uses_allowed: int | UnsetType | None = UNSET
    expiry_time: int | UnsetType | None = UNSET


@routes.get("/_synapse/admin/v1/registration_tokens")
async def list_tokens(request: web.Request) -> web.StreamResponse:
    """GET /registration_tokens: all, or with `valid` those that are or are not."""
    await require_admin(request)
    here = services(request)
    async with here.db.acquire() as conn:
        found = await select_tokens(conn, query_flag(request, "valid"), here.clock.now_ms())
    return json_response({"registration_tokens": [_render(token) for token in found]})


@routes.get("/_synapse/admin/v1/registration_tokens/{token}")
async def get_token(request: web.Request) -> web.StreamResponse:
    """GET /registration_tokens/{token}."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        found = await select_token(conn, path_param(request, "token"))
    if found is None:
        raise _unknown()
    return json_response(_render(found))


@routes.post("/_synapse/admin/v1/registration_tokens/new")
async def new_token(request: web.Request) -> web.StreamResponse:
    """POST /registration_tokens/new: make a token, of one's own choice or a random one."""
    await require_admin(request)
    here = services(request)
    body = await read_body(request, NewTokenBody)
    if not 1 <= body.length <= MAX_LENGTH:
        raise InvalidParam(f"length must be 1 to {MAX_LENGTH}")
    token = "".join(choice(ALPHABET) for _ in range(body.length)) if body.token is None else body.token
    _check(here.clock.now_ms(), body.uses_allowed, body.expiry_time)
    await create_registration_token(
        here.accounts, token=token, uses_allowed=body.uses_allowed, expires_ts=body.expiry_time
    )
    return json_response(_render(TokenRow(token, body.uses_allowed, 0, body.expiry_time, False)))


@routes.put("/_synapse/admin/v1/registration_tokens/{token}")
async def put_token(request: web.Request) -> web.StreamResponse:
    """PUT /registration_tokens/{token}: change how often, or how long, a token is valid."""
    await require_admin(request)
    here = services(request)
    body = await read_body(request, TokenBody)
    uses = None if isinstance(body.uses_allowed, UnsetType) else (body.uses_allowed,)
    expiry = None if isinstance(body.expiry_time, UnsetType) else (body.expiry_time,)
    _check(here.clock.now_ms(), uses[0] if uses else None, expiry[0] if expiry else None)
    async with here.db.acquire() as conn:
        changed = await update_token(conn, path_param(request, "token"), uses_allowed=uses, expires_ts=expiry)
    if changed is None:
        raise _unknown()
    return json_response(_render(changed))


@routes.delete("/_synapse/admin/v1/registration_tokens/{token}")
async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /registration_tokens/{token}."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        if not await delete_token(conn, path_param(request, "token")):
            raise _unknown()
    return json_response({})


def _check(now_ms: int, uses_allowed: int | None, expiry_time: int | None) -> None:
    if uses_allowed is not None and not 0 <= uses_allowed < 2**31:
        raise InvalidParam("uses_allowed must be at least 0, or null")
    if expiry_time is not None and not now_ms < expiry_time < 2**53:
        raise InvalidParam("expiry_time must not be in the past")


def _unknown() -> NotFound:
    return NotFound("There is no such registration token")


def _render(token: TokenRow) -> JsonObject:
    return {
        "token": token.token,
        "uses_allowed": token.uses_allowed,
        "pending": 0,
        "completed": token.uses,
        "expiry_time": token.expires_ts,
    }
