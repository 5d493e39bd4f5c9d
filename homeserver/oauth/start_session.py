"""Beginning a session that a client was granted: the common end of all grants."""

from dataclasses import dataclass

import msgspec

from homeserver.accounts.login import check_open
from homeserver.accounts.sessions import BegunSession, DeviceRequest, Login, begin_session, login_of
from homeserver.errors import InvalidParam, UserDeactivated, UserLocked
from homeserver.oauth.client_metadata import ClientMetadata
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import INVALID_GRANT, OAuthError
from homeserver.oauth.scopes import parse_scope
from homeserver.storage import browser_sessions, login_tokens, oauth_clients
from homeserver.storage.accounts import select_account
from homeserver.storage.positions import Change


@dataclass(frozen=True, slots=True)
class Granted:
    """What somebody agreed to, with the browser numbered so."""

    client_nid: int
    browser_nid: int
    scope: str
    client_id: str


@dataclass(frozen=True, slots=True, repr=False)
class TokenAnswer:
    """What the token endpoint gives."""

    access_token: str
    refresh_token: str
    expires_in_ms: int
    scope: str


@dataclass(frozen=True, slots=True, repr=False)
class StartedSession:
    """A session whose transaction is still open; `answer` makes its tokens after the commit."""

    begun: BegunSession
    scope: str

    @property
    def session_nid(self) -> int:
        return self.begun.session.session_nid

    def answer(self, ctx: OAuthContext) -> TokenAnswer:
        return token_answer(login_of(ctx.accounts, self.begun), self.scope)


async def start_session(ctx: OAuthContext, change: Change, granted: Granted) -> StartedSession:
    """Log the device of a grant in, inside a transaction.

    Raises: OAuthError invalid_grant where that cannot be, or no longer.
    """
    granter = await browser_sessions.select_granter(change.conn, granted.browser_nid)
    account = None if granter is None else await select_account(change.conn, granter.user_id)
    if granter is None or account is None:
        raise OAuthError(INVALID_GRANT, "The user has signed out since")
    client = await oauth_clients.select_client(change.conn, granted.client_id)
    name = None if client is None else msgspec.json.decode(client.metadata, type=ClientMetadata).name
    device = DeviceRequest(parse_scope(granted.scope).device_id, name, refresh=True)
    try:
        check_open(account)
        begun = await begin_session(ctx.accounts, change, account.user_nid, account.user_id, device)
    except (InvalidParam, UserDeactivated, UserLocked) as error:
        raise OAuthError(INVALID_GRANT, error.message) from error
    session_nid = begun.session.session_nid
    await oauth_clients.insert_oauth_session(change.conn, session_nid, granted.client_nid, granted.scope)
    if granter.voucher is not None:
        await login_tokens.insert_upstream_session(change.conn, session_nid, granter.voucher)
    return StartedSession(begun, granted.scope)


def token_answer(login: Login, scope: str) -> TokenAnswer:
    """Return what the token endpoint gives for a log-in that can be refreshed."""
    assert login.refresh_token is not None
    assert login.expires_in_ms is not None
    return TokenAnswer(login.access_token, login.refresh_token, login.expires_in_ms, scope)
