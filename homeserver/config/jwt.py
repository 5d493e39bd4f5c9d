"""Login with a JSON Web Token that somebody else has signed."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from pydantic import Field, SecretStr, model_validator

from homeserver.config.values import Section

if TYPE_CHECKING:
    from joserfc.jwk import Key

MIN_SECRET_BYTES: Final = 32


class JwtAlgorithm(StrEnum):
    """How tokens are signed: HS by a shared secret, the others by a key of which we know the public half."""

    HS256 = "HS256"
    HS384 = "HS384"
    HS512 = "HS512"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    ED25519 = "Ed25519"


class Jwt(Section):
    """Login with `org.matrix.login.jwt`; without `secret` there is none. Whoever can sign such tokens can be
    any user of this server, and makes accounts."""

    secret: SecretStr | None = None
    """The shared secret, at least 32 bytes, or the public key in PEM."""
    algorithm: JwtAlgorithm = JwtAlgorithm.HS256
    """The one algorithm that tokens may be signed with."""
    subject_claim: str = Field(default="sub", min_length=1)
    """The claim that is the local part of the user id."""
    display_name_claim: str | None = None
    """The claim that becomes the display name of new users."""
    issuer: str | None = None
    """What `iss` must be, if set."""
    audiences: tuple[str, ...] = ()
    """One of these must be in `aud`, if any is set. Tokens with an audience are refused otherwise."""

    @model_validator(mode="after")
    def check_secret(self) -> Self:
        if self.secret is not None:
            self.load_key()
        return self

    def load_key(self) -> "Key":
        """Return what signatures are checked with; the library is imported on first use.

        Raises: ValueError for a secret that is too short, or no public key of the algorithm's kind.
        """
        from joserfc import jwk
        from joserfc.errors import JoseError

        kinds: dict[str, type[jwk.OctKey | jwk.RSAKey | jwk.ECKey | jwk.OKPKey]]
        kinds = {"HS": jwk.OctKey, "RS": jwk.RSAKey, "PS": jwk.RSAKey, "ES": jwk.ECKey, "Ed": jwk.OKPKey}
        assert self.secret is not None
        raw = self.secret.get_secret_value().encode()
        if self.algorithm.startswith("HS") and len(raw) < MIN_SECRET_BYTES:
            raise ValueError(f"secret has less than {MIN_SECRET_BYTES} bytes and could be guessed")
        try:
            return kinds[self.algorithm[:2]].import_key(raw)
        except (JoseError, ValueError) as error:
            raise ValueError(f"secret is not a key for {self.algorithm}: {error}") from None
