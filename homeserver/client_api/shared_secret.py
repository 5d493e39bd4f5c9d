"""/_synapse/admin/v1/register: accounts made by tools that know the shared secret."""

import msgspec
from aiohttp import web

from homeserver.accounts.shared_secret import SharedSecretRequest, issue_nonce, register_with_shared_secret
from homeserver.client_api.login import render_login
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes

routes = Routes()


class SharedSecretBody(msgspec.Struct):
    """POST /_synapse/admin/v1/register."""

    nonce: str
    username: str
    password: str
    mac: str
    admin: bool = False
    user_type: str | None = None
    displayname: str | None = None


@routes.get("/_synapse/admin/v1/register", limit=Action.ANONYMOUS)
async def get_nonce(request: web.Request) -> web.StreamResponse:
    """GET: a nonce for one request."""
    return json_response({"nonce": await issue_nonce(services(request).accounts)})


@routes.post("/_synapse/admin/v1/register", limit=Action.LOGIN)
async def register(request: web.Request) -> web.StreamResponse:
    """POST: make an account, perhaps an admin's."""
    body = await read_body(request, SharedSecretBody)
    login = await register_with_shared_secret(
        services(request).accounts,
        SharedSecretRequest(
            body.nonce,
            body.username,
            body.password,
            body.mac,
            body.admin,
            body.user_type,
            body.displayname,
        ),
    )
    return json_response(render_login(login))
