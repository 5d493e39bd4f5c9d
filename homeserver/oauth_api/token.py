"""The token endpoint, revocation, and the beginning of a device's sign-in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#grant-types
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.oauth.client_metadata import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN
from homeserver.oauth.clients import find_client
from homeserver.oauth.codes import CodeExchange, exchange_code
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.device_grants import INTERVAL_MS, LIFETIME_MS, begin_device_grant, exchange_device_code
from homeserver.oauth.errors import OAuthError
from homeserver.oauth.refresh_session import refresh_session
from homeserver.oauth.revoke_token import revoke_token
from homeserver.oauth.scopes import parse_scope
from homeserver.oauth.start_session import TokenAnswer
from homeserver.oauth_api.forms import MAX_BODY_BYTES, read_oauth_form, required
from homeserver.oauth_api.paths import DEVICE, LINK, REVOKE, TOKEN

routes = Routes()

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@routes.post(TOKEN, limit=Action.ANONYMOUS, max_body=MAX_BODY_BYTES)
async def post_token(request: web.Request) -> web.StreamResponse:
    """POST: tokens for a code, a device code or a refresh token."""
    ctx = services(request).oauth
    params = await read_oauth_form(request)
    answer = await _exchange(ctx, params)
    return _json(
        {
            "access_token": answer.access_token,
            "token_type": "Bearer",
            "expires_in": answer.expires_in_ms // 1000,
            "refresh_token": answer.refresh_token,
            "scope": answer.scope,
        }
    )


@routes.post(REVOKE, limit=Action.ANONYMOUS, max_body=MAX_BODY_BYTES)
async def post_revoke(request: web.Request) -> web.StreamResponse:
    """POST: end the session of a token; the answer is the same whether there was one."""
    params = await read_oauth_form(request)
    await revoke_token(services(request).oauth, required(params, "token"))
    return _json({})


@routes.post(DEVICE, limit=Action.LOGIN, max_body=MAX_BODY_BYTES)
async def post_device(request: web.Request) -> web.StreamResponse:
    """POST: let a device wait for somebody to type its code."""
    ctx = services(request).oauth
    params = await read_oauth_form(request)
    client = await find_client(ctx, required(params, "client_id"))
    begun = await begin_device_grant(ctx, client, parse_scope(required(params, "scope")))
    link = ctx.base_url + LINK
    return _json(
        {
            "device_code": begun.device_code,
            "user_code": begun.user_code,
            "verification_uri": link,
            "verification_uri_complete": f"{link}?{urlencode({'user_code': begun.user_code})}",
            "expires_in": LIFETIME_MS // 1000,
            "interval": INTERVAL_MS // 1000,
        }
    )


async def _exchange(ctx: OAuthContext, params: Mapping[str, str]) -> TokenAnswer:
    grant_type = required(params, "grant_type")
    client_id = (await find_client(ctx, required(params, "client_id"))).client_id
    if grant_type == AUTHORIZATION_CODE:
        exchange = CodeExchange(
            client_id,
            required(params, "code"),
            required(params, "redirect_uri"),
            required(params, "code_verifier"),
        )
        return await exchange_code(ctx, exchange)
    if grant_type == REFRESH_TOKEN:
        return await refresh_session(ctx, client_id, required(params, "refresh_token"))
    if grant_type == DEVICE_CODE:
        return await exchange_device_code(ctx, client_id, required(params, "device_code"))
    raise OAuthError("unsupported_grant_type", "This grant type is not supported")


def _json(body: JsonObject) -> web.Response:
    response = json_response(body)
    response.headers.update(NO_STORE)
    return response
