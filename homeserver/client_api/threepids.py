"""The addresses of an account. The unstable paths are COMPAT: clients of before r0.6 ask there.

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
from homeserver.errors import Forbidden, MatrixError
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
    """POST /account/3pid: the older name of binding.

    The account gets no address by it, as it did once: nobody asks for its owner here, and who has an access
    token only must not come to be able to reset the password.
    """
    requester = await require_user(request)
    body = await read_body(request, DeprecatedBody)
    try:
        await _bind(request, requester, body.three_pid_creds)
    except MatrixError as error:
        raise ThreepidNotValidated(error.message) if error.status in (403, 404) else error from error
    return json_response({})


@routes.post("/_matrix/client/v3/account/3pid/add")
@routes.post("/_matrix/client/unstable/account/3pid/add")
async def post_add(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/add: an address whose owner has confirmed it."""
    requester = await require_user(request)
    here = services(request)
    if not here.mail.is_on:
        raise Forbidden("Addresses cannot be changed on this server")
    body = await read_body(request, AddBody)
    if not await is_validated(here.accounts, Purpose.ADD, body.sid, body.client_secret):
        raise ThreepidNotValidated()  # before anybody is asked for a password
    await confirm_owner(request, requester, body.auth, {"sid": body.sid})
    await add_threepid(here.accounts, requester, body.sid, body.client_secret)
    return json_response({})


@routes.post("/_matrix/client/v3/account/3pid/bind")
@routes.post("/_matrix/client/unstable/account/3pid/bind")
async def post_bind(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/bind: let an identity server know whose the address is."""
    requester = await require_user(request)
    await _bind(request, requester, await read_body(request, Credentials))
    return json_response({})


@routes.post("/_matrix/client/v3/account/3pid/delete")
async def post_delete(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/delete: the account loses the address, here and at the identity server."""
    requester = await require_user(request)
    here = services(request)
    body = await read_body(request, AddressBody)
    result = await unbind_threepid(
        here.identity, requester, body.medium, body.address, body.id_server, must=False
    )
    await delete_threepid(here.accounts, requester, body.medium, body.address)
    return json_response({"id_server_unbind_result": result})


@routes.post("/_matrix/client/v3/account/3pid/unbind")
@routes.post("/_matrix/client/unstable/account/3pid/unbind")
async def post_unbind(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/unbind: the identity server forgets whose the address is."""
    requester = await require_user(request)
    body = await read_body(request, AddressBody)
    identity = services(request).identity
    result = await unbind_threepid(identity, requester, body.medium, body.address, body.id_server)
    return json_response({"id_server_unbind_result": result})


async def _bind(request: web.Request, requester: Requester, creds: Credentials) -> None:
    identity = services(request).identity
    await bind_threepid(
        identity, requester, creds.id_server, creds.id_access_token, creds.sid, creds.client_secret
    )
