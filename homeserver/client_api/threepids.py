"""The addresses of an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#adding-account-administrative-contact-information
"""

from enum import StrEnum

import msgspec
from aiohttp import web

from homeserver.accounts.bind_threepid import bind_threepid, unbind_threepid
from homeserver.accounts.errors import ThreepidNotValidated
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import AuthData
from homeserver.accounts.threepid_validations import is_validated
from homeserver.accounts.threepids import add_threepid, delete_threepid, list_threepids
from homeserver.client_api.interactive_auth import confirm_owner
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.storage.threepid_validations import Purpose

routes = Routes()


class Medium(StrEnum):
    """The kinds of address that the specification knows."""

    EMAIL = "email"
    MSISDN = "msisdn"


class AddBody(msgspec.Struct):
    """POST /account/3pid/add."""

    client_secret: str
    sid: str
    auth: AuthData | None = None


class Credentials(msgspec.Struct):
    """A validation, here or at an identity server; also POST /account/3pid/bind."""

    client_secret: str
    id_server: str
    id_access_token: str
    sid: str


class DeprecatedBody(msgspec.Struct):
    """POST /account/3pid."""

    three_pid_creds: Credentials
    auth: AuthData | None = None


class AddressBody(msgspec.Struct):
    """POST /account/3pid/delete and /account/3pid/unbind."""

    medium: Medium
    address: str
    id_server: str | None = None


@routes.get("/_matrix/client/v3/account/3pid")
async def get_threepids(request: web.Request) -> web.StreamResponse:
    """GET /account/3pid: the addresses by which this server knows the account."""
    requester = await require_user(request)
    known = await list_threepids(services(request).accounts, requester.user_nid)
    threepids = [
        {"medium": t.medium, "address": t.address, "validated_at": t.validated_ts, "added_at": t.added_ts}
        for t in known
    ]
    return json_response({"threepids": threepids})


@routes.post("/_matrix/client/v3/account/3pid")
async def post_threepid(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid: the older way to add an address; the owner is asked for all the same."""
    requester = await require_user(request)
    body = await read_body(request, DeprecatedBody)
    creds = body.three_pid_creds
    return await _add(request, requester, creds.sid, creds.client_secret, body.auth)


@routes.post("/_matrix/client/v3/account/3pid/add")
async def post_add(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/add: an address whose owner has confirmed it."""
    requester = await require_user(request)
    body = await read_body(request, AddBody)
    return await _add(request, requester, body.sid, body.client_secret, body.auth)


@routes.post("/_matrix/client/v3/account/3pid/bind")
async def post_bind(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/bind: let an identity server know whose the address is."""
    requester = await require_user(request)
    body = await read_body(request, Credentials)
    await bind_threepid(
        services(request).identity,
        requester,
        body.id_server,
        body.id_access_token,
        body.sid,
        body.client_secret,
    )
    return json_response({})


@routes.post("/_matrix/client/v3/account/3pid/delete")
async def post_delete(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/delete: the account loses the address, here and at the identity server."""
    requester = await require_user(request)
    here = services(request)
    body = await read_body(request, AddressBody)
    await delete_threepid(here.accounts, requester, body.medium, body.address)
    result = await unbind_threepid(here.identity, requester, body.medium, body.address, body.id_server)
    return json_response({"id_server_unbind_result": result})


@routes.post("/_matrix/client/v3/account/3pid/unbind")
async def post_unbind(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/unbind: the identity server forgets whose the address is."""
    requester = await require_user(request)
    body = await read_body(request, AddressBody)
    identity = services(request).identity
    result = await unbind_threepid(identity, requester, body.medium, body.address, body.id_server)
    return json_response({"id_server_unbind_result": result})


async def _add(
    request: web.Request, requester: Requester, sid: str, client_secret: str, auth: AuthData | None
) -> web.StreamResponse:
    """Add an address. Nobody is asked for a password before the address is confirmed."""
    here = services(request)
    if not here.mail.is_on:
        raise Forbidden("Addresses cannot be changed on this server")
    if not await is_validated(here.accounts, Purpose.ADD, sid, client_secret):
        raise ThreepidNotValidated()
    await confirm_owner(request, requester, auth, {"sid": sid})
    await add_threepid(here.accounts, requester, sid, client_secret)
    return json_response({})
