"""Ending the session that a token belongs to.

Spec: https://spec.matrix.org/v1.19/client-server-api/#token-revocation
"""

from homeserver.accounts.logout import log_out, log_out_session
from homeserver.accounts.sessions import hash_token
from homeserver.errors import UnknownToken
from homeserver.oauth.context import OAuthContext
from homeserver.storage import oauth_clients


async def revoke_token(ctx: OAuthContext, token: str) -> None:
    """Log the device out that has an access or refresh token; nothing happens where the token is not valid.

    Whoever has the token may do so, whichever client and API it came from: that is how leaked ones are
    reported.
    """
    async with ctx.accounts.db.acquire() as conn:
        session_nid = await oauth_clients.select_session_of_refresh_token(conn, hash_token(token))
    if session_nid is not None:
        await log_out_session(ctx.accounts, session_nid)
        return
    try:
        checked = await ctx.accounts.tokens.authenticate(token, locked=True)
    except UnknownToken:
        return
    await log_out(ctx.accounts, checked.requester)
