"""A captcha at registration."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from homeserver.config.values import Section


class Captcha(Section):
    """A captcha at registration; without `secret_key` there is none."""

    site_key: str | None = None
    """The public key that clients show the captcha with."""
    secret_key: SecretStr | None = None
    """The key that answers are verified with."""
    script_url: str = Field(
        default="https://www.google.com/recaptcha/api.js",
        pattern=r"^https://[A-Za-z0-9.-]+(?:[/?]\S*)?$",
    )
    """The script that shows the captcha on the server's own page, for clients that cannot."""
    verify_url: str = Field(
        default="https://www.google.com/recaptcha/api/siteverify",
        pattern=r"^https?://\S+$",
    )
    """Where answers are verified; services compatible with reCAPTCHA work."""

    @model_validator(mode="after")
    def check_both_keys_are_there(self) -> Self:
        if (self.site_key is None) != (self.secret_key is None):
            raise ValueError("`site_key` and `secret_key` are required together")
        return self
