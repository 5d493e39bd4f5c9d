"""Verifying what a provider signs: ID tokens and logout tokens.

The library is imported on first use.

Spec: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from typing import TYPE_CHECKING, Final

from homeserver.json_types import JsonObject
from homeserver.sso.errors import TokenInvalid
from homeserver.sso.provider import Provider

if TYPE_CHECKING:
    from joserfc.jwt import ClaimsOption

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip
"""Signatures by private keys alone: neither `none` nor a shared secret, which a public key would pass for."""

MAX_TOKEN_LENGTH: Final = 64 * 1024
MAX_NAME_LENGTH: Final = 255
CLOCKS_DIFFER_S: Final = 60


async def verify_id_token(provider: Provider, token: str, nonce: str, now_ms: int) -> JsonObject:
    """Return the claims of an ID token that answers the request with this nonce.

    Raises: TokenInvalid; ProviderFailed where the provider's keys cannot be had.
    """
    claims = await verify_signed(
        provider, token, now_ms, {"sub": {"essential": True}, "nonce": {"essential": True, "value": nonce}}
    )
    audience, party = claims["aud"], claims.get("azp")
    if party is None and isinstance(audience, list) and len(audience) > 1:
        raise TokenInvalid("the token is for several, and does not say who asked for it")
    if party not in (None, provider.config.client_id):
        raise TokenInvalid("somebody else asked for the token")
    check_name(claims["sub"])
    return claims


async def verify_signed(
    provider: Provider, token: str, now_ms: int, rules: "dict[str, ClaimsOption]"
) -> JsonObject:
    """Return the claims of a token that the provider signed for this server and that has not expired.

    Raises: TokenInvalid, ProviderFailed.
    """
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError, JoseError

    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenInvalid("the token is too long")
    all_rules: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": provider.config.issuer},
        "aud": {"essential": True, "value": provider.config.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        **rules,
    }
    try:
        try:
            claims = jwt.decode(token, await provider.keys(), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            claims = jwt.decode(token, await provider.keys(lacking=True), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(now_ms // 1000, CLOCKS_DIFFER_S, **all_rules).validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenInvalid(f"the token does not hold: {error}") from error
    return claims


def check_name(value: object) -> None:
    """Refuse what is no name of a user or a session at a provider.

    Raises: TokenInvalid.
    """
    if not isinstance(value, str) or not value or len(value) > MAX_NAME_LENGTH:
        raise TokenInvalid("a name is missing or too long")
    if not (value.isascii() and value.isprintable()):
        raise TokenInvalid("a name is not of printable ASCII characters")
