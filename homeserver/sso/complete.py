"""A browser comes back from a provider: from what it brings to a verified identity.

Spec: https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest,
https://www.rfc-editor.org/rfc/rfc9207 (who answers)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

from aiohttp import encode_basic_auth

from homeserver.accounts.sessions import hash_token
from homeserver.config.oidc import ClientAuthentication
from homeserver.json_types import JsonObject
from homeserver.sso.context import SsoContext
from homeserver.sso.errors import ProviderFailed, SsoRefused, TokenInvalid
from homeserver.sso.goals import Goal, decode_goal
from homeserver.sso.id_token import verify_id_token
from homeserver.sso.identity import Identity, identity_of
from homeserver.sso.metadata import Metadata
from homeserver.sso.provider import Provider
from homeserver.storage.sso import Attempt, delete_attempt


@dataclass(frozen=True, slots=True)
class Completed:
    """Who came back, from where, and what for."""

    provider: Provider
    goal: Goal
    identity: Identity


async def complete_sso(ctx: SsoContext, answer: Mapping[str, str], browser: str | None) -> Completed:
    """Take a provider's answer, the query of the callback. The attempt is used up by it.

    Raises: SsoRefused where no attempt of this browser waits for it, or the provider refused; ProviderFailed,
    TokenInvalid.
    """
    attempt = await _take_attempt(ctx, answer.get("state"), browser)
    provider = ctx.providers.get(attempt.provider_id)
    if provider is None:
        raise SsoRefused("This way to sign in is not offered any more.")
    metadata = await provider.metadata()
    _check_sender(answer, provider, metadata)
    if "error" in answer:
        raise SsoRefused(f"{provider.config.name} has not signed you in.")
    code = answer.get("code")
    if not code:
        raise ProviderFailed("the answer holds no code")
    claims = await _redeem(ctx, provider, metadata, attempt, code)
    return Completed(provider, decode_goal(attempt.goal), identity_of(claims, provider.config))


async def _take_attempt(ctx: SsoContext, state: str | None, browser: str | None) -> Attempt:
    attempt = None
    if state and browser:
        async with ctx.accounts.db.acquire() as conn:
            attempt = await delete_attempt(
                conn, hash_token(state), hash_token(browser), ctx.accounts.clock.now_ms()
            )
    if attempt is None:
        raise SsoRefused(
            "This sign-in was not begun in this browser, took too long, or is over already. Begin it again."
        )
    return attempt


def _check_sender(answer: Mapping[str, str], provider: Provider, metadata: Metadata) -> None:
    """Refuse an answer that comes from another provider than the one that was asked."""
    sender = answer.get("iss")
    if sender != provider.config.issuer and (sender is not None or metadata.names_itself):
        raise ProviderFailed(f"the answer comes from {sender!r}")


async def _redeem(
    ctx: SsoContext, provider: Provider, metadata: Metadata, attempt: Attempt, code: str
) -> JsonObject:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": ctx.callback_url,
        "code_verifier": attempt.code_verifier,
    }
    headers = _authenticate(provider, form)
    tokens = await provider.client.post(metadata.token_endpoint, form, headers)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str):
        raise TokenInvalid("there is no ID token")
    claims = await verify_id_token(provider, id_token, attempt.nonce, ctx.accounts.clock.now_ms())
    if metadata.userinfo_endpoint is None or not isinstance(access_token, str):
        return claims
    if _wanted(provider) <= claims.keys():
        return claims
    return {**await _user_info(provider, metadata.userinfo_endpoint, access_token, claims["sub"]), **claims}


def _wanted(provider: Provider) -> set[str]:
    """Return the claims for which the user info is asked, where the ID token lacks one."""
    config = provider.config
    wanted = {config.user_name_claim, config.display_name_claim}
    return wanted | {"email"} if "email" in config.scopes else wanted


def _authenticate(provider: Provider, form: dict[str, str]) -> dict[str, str]:
    """Say who asks: in the form, or by the headers returned, where the credentials are form-encoded first.

    Spec: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    """
    config = provider.config
    if config.client_secret is not None and config.client_authentication is ClientAuthentication.BASIC:
        secret = config.client_secret.get_secret_value()
        return {"Authorization": encode_basic_auth(quote_plus(config.client_id), quote_plus(secret))}
    form["client_id"] = config.client_id
    if config.client_secret is not None:
        form["client_secret"] = config.client_secret.get_secret_value()
    return {}


async def _user_info(provider: Provider, url: str, access_token: str, subject: str) -> JsonObject:
    info = await provider.client.get(url, access_token)
    if info.get("sub") != subject:
        raise TokenInvalid("the user info is somebody else's")
    return info
