"""Credentials for TURN servers, as coturn checks them: good for a while, and never stored.

Spec: https://spec.matrix.org/v1.19/client-server-api/#voice-over-ip
"""

import base64
import hmac
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.config.turn import Turn


@dataclass(frozen=True, slots=True, repr=False)
class TurnCredentials:
    """What a client logs in to the TURN servers with, and for how many seconds it can."""

    username: str
    password: str
    lifetime_s: int


def turn_credentials(turn: Turn, user_id: UserId, now_ms: int) -> TurnCredentials:
    """Return the credentials of one user: from the shared secret, else the fixed account.

    With a shared secret the user name is the time at which it ends, in seconds, and the user id; the password
    is its HMAC-SHA1, in base64. `turn` has one of the two.
    """
    lifetime_s = int(turn.lifetime.total_seconds())
    if turn.shared_secret is None:
        assert turn.username is not None
        assert turn.password is not None
        return TurnCredentials(turn.username, turn.password.get_secret_value(), lifetime_s)
    username = f"{now_ms // 1000 + lifetime_s}:{user_id}"
    secret = turn.shared_secret.get_secret_value().encode()
    password = base64.b64encode(hmac.digest(secret, username.encode(), "sha1")).decode()
    return TurnCredentials(username, password, lifetime_s)
