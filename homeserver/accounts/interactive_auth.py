"""User-interactive authentication: an operation waits until its caller has completed the stages of one flow.

What is stored of a waiting operation is a digest of what it would do, never its body and never a password. A
session is bound to the operation and to who asked for it, and is used up by completing it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from secrets import token_urlsafe
from typing import Final

import msgspec
import orjson

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.errors import InteractiveAuthRequired
from homeserver.accounts.login import local_user_id
from homeserver.accounts.registration_tokens import is_valid_token
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden
from homeserver.json_types import JsonObject
from homeserver.storage import uia
from homeserver.storage.accounts import select_account
from homeserver.storage.uia import UiaSession

PASSWORD: Final = "m.login.password"
DUMMY: Final = "m.login.dummy"
REGISTRATION_TOKEN: Final = "m.login.registration_token"
TERMS: Final = "m.login.terms"

LIFETIME_MS: Final = 30 * 60 * 1000
CLEARED_AT_ONCE: Final = 50


class Identifier(msgspec.Struct):
    """Whom a password is for. Only `m.id.user` is known here."""

    type: str
    user: str | None = None


class AuthData(msgspec.Struct):
    """The `auth` member of a request's body."""

    type: str | None = None
    session: str | None = None
    identifier: Identifier | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be authorised, by which flows.

    `name` is method and path; `essentials` is what must not change between the first request and the last.
    """

    name: str
    flows: Sequence[tuple[str, ...]]
    requester: Requester | None = None
    essentials: JsonObject = field(default_factory=dict)
    params: JsonObject = field(default_factory=dict)
    only_admin_tokens: bool = False

    @property
    def digest(self) -> str:
        """Name and essentials as a text of fixed length after the name."""
        essentials = orjson.dumps(self.essentials, option=orjson.OPT_SORT_KEYS)
        return f"{self.name} {hashlib.sha256(essentials).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stage that was not passed, in the words of the standard error response."""

    errcode: str
    message: str


async def authorize(ctx: AccountsContext, operation: Operation, auth: AuthData | None) -> UiaSession:
    """Return the completed session of an operation, which is used up with that.

    Raises: InteractiveAuthRequired while stages are missing or one was not passed; Forbidden when the session
    belongs to another operation or another user, or the password is another user's.
    """
    session = await _resume(ctx, operation, auth)
    is_stored = auth is not None and auth.session is not None
    refusal: Refusal | None = None
    if auth is not None and auth.type is not None and auth.type not in session.completed:
        refusal = await _attempt(ctx, operation, session, auth.type, auth)
        if refusal is None:
            token = auth.token if auth.type == REGISTRATION_TOKEN else session.reg_token
            session = replace(session, completed=(*session.completed, auth.type), reg_token=token)
    if refusal is None and session.completed in operation.flows:
        if is_stored:
            await _use_up(ctx, session)
        return session
    await _store(ctx, session, is_stored=is_stored)
    raise _challenge(operation, session, refusal)


async def _resume(ctx: AccountsContext, operation: Operation, auth: AuthData | None) -> UiaSession:
    user_nid = None if operation.requester is None else operation.requester.user_nid
    if auth is None or auth.session is None:
        return UiaSession(token_urlsafe(24), user_nid, operation.digest)
    session = None
    if auth.session.isascii() and auth.session.isprintable():
        async with ctx.db.acquire() as conn:
            session = await uia.select_uia_session(conn, auth.session, ctx.clock.now_ms())
    if session is None:
        fresh = UiaSession(token_urlsafe(24), user_nid, operation.digest)
        await _store(ctx, fresh, is_stored=False)
        raise _challenge(operation, fresh, Refusal("M_UNKNOWN", "The session is not known, or has expired"))
    if session.operation != operation.digest or session.user_nid != user_nid:
        raise Forbidden("The session was begun for another request")
    return session


async def _attempt(
    ctx: AccountsContext, operation: Operation, session: UiaSession, stage: str, auth: AuthData
) -> Refusal | None:
    done = session.completed
    possible = {
        flow[len(done)] for flow in operation.flows if flow[: len(done)] == done and len(flow) > len(done)
    }
    if stage not in possible:
        return Refusal("M_UNRECOGNIZED", "This stage is not part of a flow, or not its turn yet")
    if stage == PASSWORD:
        return await _check_password(ctx, operation, auth)
    if stage == REGISTRATION_TOKEN:
        token = auth.token or ""
        if not await is_valid_token(ctx, token, only_for_admins=operation.only_admin_tokens):
            return Refusal("M_UNAUTHORIZED", "The registration token is not valid")
    return None


async def _check_password(ctx: AccountsContext, operation: Operation, auth: AuthData) -> Refusal | None:
    requester = operation.requester
    if requester is None:
        raise Forbidden("Nobody is logged in whose password could be checked")
    user = auth.identifier.user if auth.identifier is not None else auth.user
    if user is not None and local_user_id(user, ctx.server_name) != requester.user_id:
        raise Forbidden("The password must be the one of the account that is logged in")
    if user is None or auth.password is None or (auth.identifier and auth.identifier.type != "m.id.user"):
        return Refusal("M_FORBIDDEN", "User and password are needed")
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, requester.user_id)
    if account is None or not await ctx.passwords.matches(auth.password, account.password_hash):
        return Refusal("M_FORBIDDEN", "The password is wrong")
    return None


async def _use_up(ctx: AccountsContext, session: UiaSession) -> None:
    async with ctx.db.acquire() as conn:
        if not await uia.delete_uia_session(conn, session.session_id, session.operation, ctx.clock.now_ms()):
            raise Forbidden("The session was used already")


async def _store(ctx: AccountsContext, session: UiaSession, *, is_stored: bool) -> None:
    now_ms = ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        if is_stored:
            await uia.update_uia_session(conn, session.session_id, session.completed, session.reg_token)
            return
        await uia.delete_expired_uia_sessions(conn, now_ms, CLEARED_AT_ONCE)
        await uia.insert_uia_session(conn, session, now_ms + LIFETIME_MS)


def _challenge(operation: Operation, session: UiaSession, refusal: Refusal | None) -> InteractiveAuthRequired:
    return InteractiveAuthRequired(
        session.session_id,
        operation.flows,
        operation.params,
        session.completed,
        refusal.errcode if refusal else "",
        refusal.message if refusal else "",
    )
