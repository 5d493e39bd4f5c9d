"""What goes wrong between servers: what we refuse them, and how asking them fails."""

from collections.abc import Mapping

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName


class FederationRefusal(Exception):
    """A request of another server that is refused, with a status and an error code of the specification.

    `extra` holds further members of the answer's body, such as `room_version`.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#api-standards
    """

    def __init__(
        self, status: int, errcode: str, message: str, extra: Mapping[str, JsonValue] | None = None
    ) -> None:
        super().__init__(f"{errcode}: {message}")
        self.status = status
        self.errcode = errcode
        self.message = message
        self.extra = dict(extra or {})


class PeerFailed(Exception):
    """Another server gave no answer that could be used."""

    def __init__(self, destination: ServerName, message: str) -> None:
        super().__init__(f"{destination}: {message}")
        self.destination = destination
        self.message = message


class PeerUnreachable(PeerFailed):
    """The server could not be found or connected to, or took too long."""


class PeerBackedOff(PeerFailed):
    """The server was not asked, since it failed a short while ago.

    `retry_at_ms` says from when on it will be.
    """

    def __init__(self, destination: ServerName, retry_at_ms: int) -> None:
        super().__init__(destination, "failed recently, and is left alone for a while")
        self.retry_at_ms = retry_at_ms


class PeerRefused(PeerFailed):
    """The server answered with an error. `errcode` is empty where it names none."""

    def __init__(
        self, destination: ServerName, status: int, errcode: str, message: str, body: JsonObject
    ) -> None:
        super().__init__(destination, f"status {status} {errcode} {message}".rstrip())
        self.status = status
        self.errcode = errcode
        self.body = body


class PeerAnsweredBadly(PeerFailed):
    """The server answered something that the specification does not allow, or that is too long."""


class PeerAnsweredTooMuch(PeerAnsweredBadly):
    """The server's answer is longer than what was asked for may be."""
