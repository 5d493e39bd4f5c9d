"""Who speaks for the server."""

from federation.protocol.ids import UserId
from homeserver.rooms.context import RoomsContext


def notices_user_id(ctx: RoomsContext) -> UserId:
    """Return the id of the user who sends notices of the server."""
    return UserId(f"@{ctx.settings.server_notices.localpart}:{ctx.server_name}")
