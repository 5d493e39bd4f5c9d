"""Renewing the tokens of a session that a client was granted.

Spec: https://spec.matrix.org/v1.19/client-server-api/#refresh-token-grant
"""

from homeserver.accounts.refresh import refresh_tokens
from homeserver.accounts.sessions import hash_token
from homeserver.errors import UnknownToken, UserLocked
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import INVALID_GRANT, OAuthError
from homeserver.oauth.start_session import TokenAnswer, token_answer
from homeserver.storage import oauth_clients


async def refresh_session(ctx: OAuthContext, client_id: str, refresh_token: str) -> TokenAnswer:
    """Exchange a refresh token, of this client, for a new pair of tokens.

    Raises: OAuthError invalid_grant, and with status 503 while the account is locked: a client gives its
    session up at any 4xx, but this one is to be kept.
    """
    async with ctx.accounts.db.acquire() as conn:
        owner = await oauth_clients.select_owner_of_refresh_token(conn, hash_token(refresh_token))
    if owner is None or owner.client_id != client_id:
        raise OAuthError(INVALID_GRANT, "The refresh token is not known")
    try:
        login = await refresh_tokens(ctx.accounts, refresh_token, is_oauth=True)
    except UnknownToken as error:
        raise OAuthError(INVALID_GRANT, error.message) from error
    except UserLocked as error:
        raise OAuthError("temporarily_unavailable", error.message, 503) from error
    return token_answer(login, owner.scope)
