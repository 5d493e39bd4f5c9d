"""What a client is told when other servers do not do what it asked for."""

from typing import Final

from federation.errors import PeerFailed, PeerRefused
from federation.handshakes.try_servers import NobodyHelped
from homeserver.errors import MatrixError, NotFound

OUR_FAULT: Final = ("M_MISSING_PARAM", "M_INVALID_PARAM", "M_BAD_JSON", "M_NOT_JSON", "M_UNAUTHORIZED")
"""Refusals of what this server sent, which no client can mend."""
MAX_MESSAGE: Final = 500


def nobody_helped(failure: NobodyHelped) -> MatrixError:
    """Return the error for a handshake that no server took part in."""
    if not failure.failures:
        return NotFound("No server is known that is in this room")
    return client_error(failure.refusal or failure.failures[0])


def client_error(failure: PeerFailed) -> MatrixError:
    """Return the error for what one server did: its own refusal where that concerns the user.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid
    """
    if not isinstance(failure, PeerRefused):
        return MatrixError("M_UNKNOWN", 502, f"{failure.destination} cannot be asked now")
    message = f"{failure.destination}: {refusal_text(failure)}"
    if failure.errcode in OUR_FAULT or not failure.errcode.startswith("M_") or failure.status >= 500:
        return MatrixError("M_UNKNOWN", 502, message)
    version = failure.body.get("room_version")
    extra = {"room_version": version} if isinstance(version, str) else {}
    return MatrixError(failure.errcode, failure.status, message, **extra)


def refusal_text(refusal: PeerRefused) -> str:
    """Return what a server said of its refusal."""
    error = refusal.body.get("error")
    return error[:MAX_MESSAGE] if isinstance(error, str) else refusal.errcode or f"status {refusal.status}"
