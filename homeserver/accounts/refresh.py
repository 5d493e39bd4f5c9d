"""Renewing an access token.

Each refresh offers a new pair of tokens. The pair before it stays good until the client uses either token of
the new one, since the answer may have been lost. After that the old refresh token is spent, and whoever shows
it has stolen it or was stolen from: the session ends.

Spec: https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens
"""

from dataclasses import replace
from secrets import token_urlsafe
from typing import Final

import structlog

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import end_session
from homeserver.accounts.sessions import Login, hash_token
from homeserver.errors import UnknownToken, UserLocked
from homeserver.storage import sessions
from homeserver.storage.db import Connection
from homeserver.storage.sessions import RefreshToken, Session

log = structlog.get_logger(__name__)

SPENT_TOKENS_KEPT: Final = 20


async def refresh_tokens(ctx: AccountsContext, refresh_token: str, *, is_oauth: bool = False) -> Login:
    """Exchange a refresh token for a new pair of tokens.

    `is_oauth`: for a session of the OAuth 2.0 API; each API renews only what it gave itself.

    Raises: UnknownToken, with `soft_logout` where the device may log in again; UserLocked.
    """
    new_token = token_urlsafe(32)
    async with ctx.db.transaction() as conn:
        found = await sessions.select_refresh_token(conn, hash_token(refresh_token))
        session = None if found is None else await sessions.select_session(conn, found.session_nid)
        if found is None or session is None or session.is_oauth != is_oauth:
            raise UnknownToken("The refresh token is not known")
        if session.is_locked:
            raise UserLocked(soft_logout=True)
        offered = (
            None if found.generation < session.generation else await _offer(conn, session, found, new_token)
        )
    if offered is None:
        log.warning("spent_refresh_token_used", user_id=session.user_id, device_id=session.device_id)
        await end_session(ctx, session.user_nid, session.session_nid)
        raise UnknownToken("The refresh token was used before", soft_logout=True)
    return Login(
        user_id=session.user_id,
        device_id=session.device_id,
        access_token=ctx.tokens.issue(offered, expires=True),
        refresh_token=new_token,
        expires_in_ms=ctx.tokens.lifetime_ms,
    )


async def _offer(conn: Connection, session: Session, shown: RefreshToken, new_token: str) -> Session:
    if shown.generation == session.offered:
        await sessions.take_up(conn, session.session_nid, shown.generation)
    current = shown.generation
    newest = max(current, session.offered or 0) + 1
    await sessions.delete_refresh_tokens(
        conn, session.session_nid, above=current, below=current - SPENT_TOKENS_KEPT
    )
    await sessions.insert_refresh_token(conn, hash_token(new_token), session.session_nid, newest)
    await sessions.update_offered(conn, session.session_nid, newest)
    return replace(session, generation=current, offered=newest)
