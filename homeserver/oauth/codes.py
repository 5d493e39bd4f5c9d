"""Authorisation codes: granted to a client, and exchanged for tokens once.

Spec: https://spec.matrix.org/v1.19/client-server-api/#authorisation-code-grant
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

import structlog

from homeserver.accounts.logout import log_out_session
from homeserver.accounts.sessions import hash_token
from homeserver.oauth.authorization import AuthorizationRequest
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import INVALID_GRANT, OAuthError
from homeserver.oauth.start_session import Granted, TokenAnswer, start_session
from homeserver.storage import oauth_grants
from homeserver.storage.browser_sessions import BrowserSession
from homeserver.storage.oauth_clients import update_client_used
from homeserver.storage.oauth_grants import Code, NewCode

log = structlog.get_logger(__name__)

LIFETIME_MS: Final = 2 * 60 * 1000
REMEMBERED_MS: Final = 24 * 3600 * 1000
CLEARED_AT_ONCE: Final = 50
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True, repr=False)
class CodeExchange:
    """What a client sends to get tokens for a code."""

    client_id: str
    code: str
    redirect_uri: str
    code_verifier: str


async def grant_code(ctx: OAuthContext, browser: BrowserSession, request: AuthorizationRequest) -> str:
    """Return a code for what somebody has just agreed to."""
    code = token_urlsafe(32)
    now_ms = ctx.accounts.clock.now_ms()
    new = NewCode(
        hash_token(code),
        request.client.client_nid,
        browser.browser_nid,
        request.callback.redirect_uri,
        request.scope.text,
        request.code_challenge,
    )
    async with ctx.accounts.db.transaction() as conn:
        await oauth_grants.delete_old_codes(conn, now_ms - REMEMBERED_MS, CLEARED_AT_ONCE)
        await oauth_grants.insert_code(conn, new, now_ms)
        await update_client_used(conn, request.client.client_nid, now_ms)
    return code


async def exchange_code(ctx: OAuthContext, exchange: CodeExchange) -> TokenAnswer:
    """Exchange a code for tokens. A code that is shown twice takes back what it gave.

    Raises: OAuthError invalid_grant.
    """
    code_hash = hash_token(exchange.code)
    now_ms = ctx.accounts.clock.now_ms()
    async with ctx.accounts.db.acquire() as conn:
        code = await oauth_grants.select_code(conn, code_hash)
    if code is None or code.client_id != exchange.client_id:
        raise OAuthError(INVALID_GRANT, "The code is not known")
    if code.used_ts is not None:
        await _take_back(ctx, code_hash, code)
        raise OAuthError(INVALID_GRANT, "The code was used before")
    _check(code, exchange, now_ms)
    async with ctx.accounts.positions.write() as change:
        browser_nid = await oauth_grants.use_up_code(change.conn, code_hash, now_ms)
        if browser_nid is not None:
            begun = await start_session(
                ctx, change, Granted(code.client_nid, browser_nid, code.scope, exchange.client_id)
            )
            await oauth_grants.update_code_session(change.conn, code_hash, begun.session_nid)
    if browser_nid is None:
        await _take_back(ctx, code_hash, code)
        raise OAuthError(INVALID_GRANT, "The code was used before")
    return begun.answer(ctx)


def _check(code: Code, exchange: CodeExchange, now_ms: int) -> None:
    if code.created_ts + LIFETIME_MS <= now_ms:
        raise OAuthError(INVALID_GRANT, "The code has expired")
    if code.redirect_uri != exchange.redirect_uri:
        raise OAuthError(INVALID_GRANT, "The redirect URI is not the one the code was sent to")
    if not _fits(exchange.code_verifier, code.code_challenge):
        raise OAuthError(INVALID_GRANT, "The code verifier does not fit the challenge")


def _fits(verifier: str, challenge: str) -> bool:
    if VERIFIER.fullmatch(verifier) is None:
        return False
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())


async def _take_back(ctx: OAuthContext, code_hash: bytes, code: Code) -> None:
    async with ctx.accounts.db.acquire() as conn:
        now = await oauth_grants.select_code(conn, code_hash)
    log.warning("authorization_code_used_twice", client_id=code.client_id)
    if now is not None and now.session_nid is not None:
        await log_out_session(ctx.accounts, now.session_nid)
