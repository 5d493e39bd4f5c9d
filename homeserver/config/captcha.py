"""A captcha at registration."""

from pydantic import Field, SecretStr

from homeserver.config.values import Section


class Captcha(Section):
    """A captcha at registration; without `secret_key` there is none."""

    site_key: str | None = None
    """The public key that clients show the captcha with."""
    secret_key: SecretStr | None = None
    """The key that answers are verified with."""
    verify_url: str = Field(
        default="https://www.google.com/recaptcha/api/siteverify",
        pattern=r"^https?://\S+$",
    )
    """Where answers are verified; services compatible with reCAPTCHA work."""
