"""What can go wrong, as values that the interface has words for.

Every error that leaves the engine is a `ClientError`. `word` names the text in the catalogues
(`error.<word>`); the exception's message is for logs and developer tools, never all that people are shown.
"""

from __future__ import annotations

from typing import ClassVar

from client_desktop.core.json_types import JsonObject


class ClientError(Exception):
    """The root of all."""

    word: ClassVar[str] = "unknown"


class NetworkUnavailable(ClientError):
    """No answer: no network, a time-out, a name that does not resolve. Trying again later may help."""

    word = "network"


class CertificateRefused(ClientError):
    """The server's certificate is not to be trusted; nothing was sent."""

    word = "certificate"


class BadAnswer(ClientError):
    """An answer that is not what the specification allows: no JSON, a wrong shape, too large."""

    word = "bad_answer"


class MatrixError(ClientError):
    """A server's refusal.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
    """

    word = "refused"

    def __init__(self, status: int, errcode: str, message: str, body: JsonObject | None = None) -> None:
        super().__init__(f"{status} {errcode}: {message}")
        self.status = status
        self.errcode = errcode
        self.message = message
        self.body: JsonObject = body or {}


class RateLimited(MatrixError):
    """429: come back after `retry_after_ms`."""

    word = "rate_limited"

    def __init__(self, retry_after_ms: int, message: str = "", body: JsonObject | None = None) -> None:
        super().__init__(429, "M_LIMIT_EXCEEDED", message, body)
        self.retry_after_ms = retry_after_ms


class TokenRejected(MatrixError):
    """The access token is not accepted and could not be renewed: the account is signed out.

    `soft`: the keys and the store are to be kept; signing in again goes on where it stopped.
    """

    word = "signed_out"

    def __init__(self, soft: bool, message: str = "") -> None:
        super().__init__(401, "M_UNKNOWN_TOKEN", message)
        self.soft = soft


class NeedsInteractiveAuth(MatrixError):
    """401 with flows: the server wants the user to prove something before it does this.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
    """

    word = "needs_proof"

    def __init__(
        self,
        flows: tuple[tuple[str, ...], ...],
        completed: tuple[str, ...],
        params: JsonObject,
        session: str | None,
        errcode: str = "",
        message: str = "",
    ) -> None:
        super().__init__(401, errcode, message)
        self.flows = flows
        self.completed = completed
        self.params = params
        self.session = session


class Cancelled(ClientError):
    """The user thought better of it."""

    word = "cancelled"


class NotAllowed(ClientError):
    """Refused by this client itself, before any request: no right in the room, a file too large."""

    word = "not_allowed"


class StoreDamaged(ClientError):
    """The local store cannot be read; signing in again makes a new one. Keys in the backup are not lost."""

    word = "store_damaged"


class StoreTooNew(ClientError):
    """The local store was written by a newer version of this program; nothing in it was touched."""

    word = "store_too_new"
