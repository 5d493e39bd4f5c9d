"""Refusals in the words of OAuth 2.0."""

from typing import Final

from homeserver.errors import MatrixError

INVALID_REQUEST: Final = "invalid_request"
INVALID_CLIENT: Final = "invalid_client"
INVALID_GRANT: Final = "invalid_grant"
INVALID_SCOPE: Final = "invalid_scope"
UNAUTHORIZED_CLIENT: Final = "unauthorized_client"
ACCESS_DENIED: Final = "access_denied"


class OAuthError(MatrixError):
    """A refusal that OAuth has a name for, such as `invalid_grant`.

    Spec: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__("", status, description, error=error, error_description=description)
        self.error = error
