"""Set one's presence.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from typing import Final

from homeserver.accounts.requester import Requester
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import InvalidParam

MAX_STATUS_BYTES: Final = 1_024


def set_presence(
    ctx: EphemeralContext, requester: Requester, state: PresenceState, status_msg: str | None
) -> None:
    """Show the requester in a state, with a message or without one.

    Raises: InvalidParam when the message is too long.
    """
    if status_msg is not None and len(status_msg.encode()) > MAX_STATUS_BYTES:
        raise InvalidParam(f"status_msg has at most {MAX_STATUS_BYTES} bytes")
    ctx.presence.put(requester.user_nid, requester.user_id, requester.device_nid, state, status_msg or None)
