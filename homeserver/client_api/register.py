"""Making accounts.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-account-registration
"""

from enum import StrEnum

import msgspec
from aiohttp import web

from federation.protocol.ids import UserId
from homeserver.accounts.errors import InteractiveAuthRequired
from homeserver.accounts.interactive_auth import authorize
from homeserver.accounts.register import Registration, register_account, register_guest
from homeserver.accounts.registration_flows import registration_operation
from homeserver.accounts.registration_tokens import is_valid_token
from homeserver.accounts.sessions import DeviceRequest, Login
from homeserver.accounts.stages import EMAIL, REGISTRATION_TOKEN, TERMS, AuthData
from homeserver.accounts.upgrade_guest import check_guest_token
from homeserver.accounts.usernames import check_available, new_user_id, random_user_id
from homeserver.accounts.waiting_registration import (
    Wishes,
    note_made,
    recall,
    remember,
    repeat,
    wishes_of,
)
from homeserver.appservices.make_user import make_user
from homeserver.client_api.interactive_auth import operation_name
from homeserver.client_api.login import render_login
from homeserver.client_api.login_appservice import APPSERVICE, appservice_of
from homeserver.config.registration import RegistrationMode
from homeserver.errors import Forbidden, MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum, read_body, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes

routes = Routes()


class Kind(StrEnum):
    """What kind of account is made."""

    USER = "user"
    GUEST = "guest"


class RegisterBody(msgspec.Struct):
    """POST /register."""

    auth: AuthData | None = None
    username: str | None = None
    password: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    inhibit_login: bool = False
    refresh_token: bool = False
    guest_access_token: str | None = None
    type: str | None = None


class GuestBody(msgspec.Struct):
    """POST /register?kind=guest, where everything else is ignored."""

    initial_device_display_name: str | None = None


@routes.post("/_matrix/client/v3/register", limit=Action.REGISTRATION)
async def register(request: web.Request) -> web.StreamResponse:
    """POST /register: checks the name, then asks for the stages, then makes the account."""
    ctx = services(request).accounts
    if query_enum(request, "kind", Kind, Kind.USER) is Kind.GUEST:
        guest = await read_body(request, GuestBody, optional=True)
        return json_response(render_login(await register_guest(ctx, guest.initial_device_display_name)))
    body = await read_body(request, RegisterBody)
    if body.type == APPSERVICE:
        return await _register_for_appservice(request, body)
    session_id = None if body.auth is None else body.auth.session
    waiting = None if session_id is None else await recall(ctx, session_id)
    if waiting is not None and waiting.made_user_id is not None and body.password is not None:
        login = await repeat(ctx, waiting.made_user_id, body.password, _device_of(body))
        return _answer(waiting.made_user_id, login)
    if waiting is not None:
        _fill_in(body, wishes_of(waiting))
    password_hash = None if waiting is None else waiting.password_hash
    wished = None if body.username is None else new_user_id(body.username, ctx.server_name)
    if body.guest_access_token is not None:
        if wished is None:
            raise MissingParam("username is required, and must be the guest's")
        await check_guest_token(ctx, body.guest_access_token, wished)
    elif wished is not None:
        await check_available(ctx, wished)
    if body.auth is not None and body.password is None and password_hash is None:
        raise MissingParam("password is required")
    operation = await registration_operation(ctx, operation_name(request), wished)
    try:
        passed = await authorize(ctx, operation, body.auth)
    except InteractiveAuthRequired as challenge:
        if session_id is None:
            await remember(ctx, challenge.session_id, _wishes_in(body), body.password)
        raise
    user_id = wished or random_user_id(ctx.server_name)
    terms = ctx.settings.registration.terms if TERMS in passed.completed else ()
    login = await register_account(
        ctx,
        Registration(
            user_id=user_id,
            password=body.password,
            password_hash=password_hash,
            display_name=body.username,
            device=_device_of(body),
            upgrades_guest=body.guest_access_token is not None,
            registration_token=passed.proofs.get(REGISTRATION_TOKEN),
            email_session=passed.proofs.get(EMAIL),
            terms=[(document.id, document.version) for document in terms],
        ),
    )
    if session_id is not None:
        await note_made(ctx, session_id, user_id)
    return _answer(user_id, login)


@routes.get("/_matrix/client/v3/register/available", limit=Action.ANONYMOUS)
async def get_available(request: web.Request) -> web.StreamResponse:
    """GET /register/available: whether a name could be had at this moment."""
    ctx = services(request).accounts
    await check_available(ctx, new_user_id(required_query_str(request, "username"), ctx.server_name))
    return json_response({"available": True})


@routes.get("/_matrix/client/v1/register/m.login.registration_token/validity", limit=Action.LOGIN)
async def get_token_validity(request: web.Request) -> web.StreamResponse:
    """GET …/validity: whether a registration token could be used at this moment."""
    token = required_query_str(request, "token")
    if services(request).settings.registration.mode is RegistrationMode.CLOSED:
        raise Forbidden("Nobody can register here")
    return json_response({"valid": await is_valid_token(services(request).accounts, token)})


async def _register_for_appservice(request: web.Request, body: RegisterBody) -> web.StreamResponse:
    registration = appservice_of(request)
    if body.username is None:
        raise MissingParam("username is required")
    ctx = services(request).appservices
    user_id, login = await make_user(ctx, registration, body.username, _device_of(body))
    return _answer(user_id, login)


def _wishes_in(body: RegisterBody) -> Wishes:
    return Wishes(**{name: getattr(body, name) for name in Wishes.__struct_fields__})


def _fill_in(body: RegisterBody, wishes: Wishes) -> None:
    """Add what the first request said and this one does not."""
    for name in Wishes.__struct_fields__:
        if not getattr(body, name):
            setattr(body, name, getattr(wishes, name))


def _device_of(body: RegisterBody) -> DeviceRequest | None:
    if body.inhibit_login:
        return None
    return DeviceRequest(body.device_id, body.initial_device_display_name, body.refresh_token)


def _answer(user_id: UserId, login: Login | None) -> web.StreamResponse:
    if login is not None:
        return json_response(render_login(login))
    return json_response({"user_id": user_id, "home_server": user_id.partition(":")[2]})
