"""Sign in with a password or a login token, or again where the server asks for it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-login
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import aiohttp

from client_desktop.core.accounts.answers import session_of_login
from client_desktop.core.accounts.discovery import look_at
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.web import checked_url
from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.errors import ClientError, MatrixError, NotAllowed
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object

LOGIN: Final = "/_matrix/client/v3/login"
MAX_DEVICE_NAME: Final = 100


class WrongPassword(MatrixError):
    """The server does not know this user with this password."""

    word = "wrong_password"


class AccountLocked(MatrixError):
    """The account is locked by the server's people; nothing here helps."""

    word = "account_locked"


class AccountDeactivated(MatrixError):
    word = "account_deactivated"


class AnotherAccount(NotAllowed):
    """Signing in again gave another account or device than the one that was signed in."""

    word = "another_account"


async def log_in_with_password(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    user: str,
    password: str,
    *,
    clock: Clock,
    device_name: str,
    device_id: str | None = None,
) -> Session:
    """Sign in with a user id, a local part or an e-mail address.

    Raises: WrongPassword, AccountLocked, AccountDeactivated, RateLimited, ClientError.
    """
    body: JsonObject = {
        "type": "m.login.password",
        "identifier": _identifier(user.strip()),
        "password": password,
    }
    return await _log_in(http, homeserver_url, body, clock, device_name, device_id)


async def log_in_with_token(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    token: str,
    *,
    clock: Clock,
    device_name: str,
    device_id: str | None = None,
) -> Session:
    """Sign in with what single sign-on, or another device, gave.

    Raises: ClientError.
    """
    body: JsonObject = {"type": "m.login.token", "token": token}
    return await _log_in(http, homeserver_url, body, clock, device_name, device_id)


async def log_in_again(
    http: aiohttp.ClientSession, session: Session, password: str, *, clock: Clock, device_name: str
) -> Session:
    """Go on with a session that the server ended softly, with its keys and its store.

    Raises: as `log_in_with_password`; AnotherAccount.
    """
    renewed = await log_in_with_password(
        http,
        session.homeserver_url,
        session.user_id,
        password,
        clock=clock,
        device_name=device_name,
        device_id=session.device_id,
    )
    return check_same_device(session, renewed)


def check_same_device(session: Session, renewed: Session) -> Session:
    """Return the renewed session, which must be of the same user and device.

    Raises: AnotherAccount.
    """
    if (renewed.user_id, renewed.device_id) != (session.user_id, session.device_id):
        raise AnotherAccount(f"{renewed.user_id} is not {session.user_id}")
    return renewed


async def _log_in(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    body: JsonObject,
    clock: Clock,
    device_name: str,
    device_id: str | None,
) -> Session:
    body = {**body, "refresh_token": True, "initial_device_display_name": device_name[:MAX_DEVICE_NAME]}
    if device_id is not None:
        body["device_id"] = device_id
    asked_at_ms = clock.now_ms()
    try:
        answer = await Api(homeserver_url, http).post(LOGIN, body, auth=False)
    except MatrixError as error:
        raise _explained(error) from None
    url = await _better_url(http, answer, homeserver_url)
    return session_of_login(answer, url, asked_at_ms)


def _identifier(user: str) -> JsonObject:
    if "@" in user[1:]:
        return {"type": "m.id.thirdparty", "medium": "email", "address": user.lower()}
    return {"type": "m.id.user", "user": user}


def _explained(error: MatrixError) -> MatrixError:
    kinds = {
        "M_FORBIDDEN": WrongPassword,
        "M_USER_LOCKED": AccountLocked,
        "M_USER_DEACTIVATED": AccountDeactivated,
    }
    kind = kinds.get(error.errcode)
    return error if kind is None else kind(error.status, error.errcode, error.message, error.body)


async def _better_url(http: aiohttp.ClientSession, answer: JsonObject, homeserver_url: str) -> str:
    """Return the address that the server wants to be known by, if it leads to a server.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login (well_known)
    """
    entry = as_object(as_object(answer.get("well_known")).get("m.homeserver"))
    named = entry.get("base_url")
    if not isinstance(named, str) or named.rstrip("/") == homeserver_url:
        return homeserver_url
    try:
        return (await look_at(http, checked_url(named, "base_url"))).url
    except ClientError:
        return homeserver_url


def moved_to(session: Session, homeserver_url: str) -> Session:
    """Return the session at another address of the same server."""
    return replace(session, homeserver_url=homeserver_url.rstrip("/"))
