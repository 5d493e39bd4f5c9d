"""What can go wrong on the way to a provider and back."""


class SsoRefused(Exception):
    """The login cannot go on. The message is for the person before the browser."""

    status = 400


class ProviderFailed(SsoRefused):
    """The provider cannot be asked, or answers nonsense. `reason` is for the log."""

    status = 502

    def __init__(self, reason: str) -> None:
        super().__init__("The identity provider does not answer as it should. Try again in a while.")
        self.reason = reason


class TokenInvalid(ProviderFailed):
    """The provider's token does not prove what it should."""
