"""Accounts made by tools that know the shared secret, as Synapse's `register_new_matrix_user` does.

Each request answers a nonce of ours with an HMAC-SHA1 over nonce, name, password and role, so that a secret
is never sent and a request cannot be repeated.
"""

import hashlib
import hmac
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.sessions import DeviceRequest, Login
from homeserver.accounts.usernames import new_user_id
from homeserver.errors import Forbidden, InvalidParam, Unrecognized
from homeserver.storage import uia
from homeserver.storage.uia import UiaSession

OPERATION: Final = "shared-secret registration"
NONCE_LIFETIME_MS: Final = 60_000
CLEARED_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, repr=False)
class SharedSecretRequest:
    """What the tool sends; `mac` is in hexadecimal digits."""

    nonce: str
    username: str
    password: str
    mac: str
    is_admin: bool
    user_type: str | None = None
    display_name: str | None = None


async def issue_nonce(ctx: AccountsContext) -> str:
    """Return a nonce, good for one request within a minute.

    Raises: Unrecognized where no shared secret is configured.
    """
    _secret(ctx)
    nonce = token_hex(32)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        await uia.delete_expired_uia_sessions(conn, now_ms, CLEARED_AT_ONCE)
        await uia.insert_uia_session(conn, UiaSession(nonce, None, OPERATION), now_ms + NONCE_LIFETIME_MS)
    return nonce


async def register_with_shared_secret(ctx: AccountsContext, request: SharedSecretRequest) -> Login:
    """Make an account, perhaps an admin's, and log it in.

    Raises: Unrecognized, Forbidden, InvalidParam; those of `register_account`.
    """
    secret = _secret(ctx)
    if "\0" in request.username or "\0" in request.password:
        raise InvalidParam("Neither name nor password may hold a NUL character")
    if not request.nonce.isalnum():
        raise InvalidParam("The nonce is not known, or has expired")
    async with ctx.db.acquire() as conn:
        if not await uia.delete_uia_session(conn, request.nonce, OPERATION, ctx.clock.now_ms()):
            raise InvalidParam("The nonce is not known, or has expired")
    if not hmac.compare_digest(_mac(secret, request).encode(), request.mac.encode()):
        raise Forbidden("HMAC incorrect")
    registration = Registration(
        user_id=new_user_id(request.username, ctx.server_name),
        password=request.password,
        display_name=request.display_name,
        device=DeviceRequest(),
        is_admin=request.is_admin,
    )
    login = await register_account(ctx, registration)
    assert login is not None
    return login


def _secret(ctx: AccountsContext) -> str:
    secret = ctx.settings.registration.shared_secret
    if secret is None:
        raise Unrecognized("Shared-secret registration is not enabled")
    return secret.get_secret_value()


def _mac(secret: str, request: SharedSecretRequest) -> str:
    parts = [request.nonce, request.username, request.password, "admin" if request.is_admin else "notadmin"]
    if request.user_type is not None:
        parts.append(request.user_type)
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
