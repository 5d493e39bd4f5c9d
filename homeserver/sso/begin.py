"""Sending a browser to a provider: authorisation code flow with PKCE.

Spec: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest and
https://www.rfc-editor.org/rfc/rfc7636
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from yarl import URL

from homeserver.accounts.sessions import hash_token
from homeserver.sso.context import SsoContext
from homeserver.sso.goals import Goal, StageGoal, encode_goal
from homeserver.sso.provider import Provider
from homeserver.storage.sso import Attempt, insert_attempt

ATTEMPT_LIFETIME_MS: Final = 30 * 60 * 1000


async def begin_sso(ctx: SsoContext, provider: Provider, goal: Goal, browser: str) -> str:
    """Return the address at the provider to which the browser goes.

    What comes back from there is taken once, and from the browser that holds the secret `browser` alone.

    Raises: ProviderFailed.
    """
    metadata = await provider.metadata()
    state, nonce, verifier = token_urlsafe(32), token_urlsafe(32), token_urlsafe(48)
    accounts = ctx.accounts
    now_ms = accounts.clock.now_ms()
    attempt = Attempt(provider.config.id, nonce, verifier, encode_goal(goal))
    async with accounts.db.transaction() as conn:
        await insert_attempt(
            conn, hash_token(state), hash_token(browser), attempt, now_ms + ATTEMPT_LIFETIME_MS, now_ms
        )
    query = {
        "response_type": "code",
        "client_id": provider.config.client_id,
        "redirect_uri": ctx.callback_url,
        "scope": " ".join(provider.config.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    if isinstance(goal, StageGoal) or goal.again:  # it is to be the person, not just the browser
        query["prompt"] = "login"
    return str(URL(metadata.authorization_endpoint).update_query(query))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
