"""Access tokens as signed text: JWTs by EdDSA.

Imported on first use: PyJWT and the library under it take some 8 MB, which an idle server can do without.
"""

from collections.abc import Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from homeserver.accounts.token_keys import TokenKeys
from homeserver.errors import UnknownToken

ALGORITHM: Final = "EdDSA"
REQUIRED: Final = ("iss", "sub", "session", "generation")


class TokenSigner:
    """Signs with the newest key, and checks with all of them."""

    def __init__(self, keys: TokenKeys, issuer: str) -> None:
        signing = {key_id: Ed25519PrivateKey.from_private_bytes(seed) for key_id, seed in keys.seeds.items()}
        self._key_id = keys.newest
        self._signing_key = signing[keys.newest]
        self._public_keys = {key_id: key.public_key() for key_id, key in signing.items()}
        self._issuer = issuer

    def sign(self, claims: Mapping[str, str | int]) -> str:
        """Return a token that makes these claims in the issuer's name."""
        named = {"iss": self._issuer, **claims}
        return jwt.encode(named, self._signing_key, ALGORITHM, headers={"kid": self._key_id})

    def read(self, token: str) -> dict[str, Any]:
        """Check a token and return its claims. Raises UnknownToken."""
        try:
            key = self._public_keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise UnknownToken()
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                options={"require": list(REQUIRED), "verify_iat": False},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise UnknownToken() from error
        return claims
