"""Read a user's pushers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers
"""

from homeserver.pushers.context import PushersContext
from homeserver.pushers.pusher import Pusher, pusher_of
from homeserver.storage.pushers import select_pushers


async def get_pushers(ctx: PushersContext, user_nid: int) -> list[Pusher]:
    """Return a user's pushers, the oldest first, those that are off too."""
    async with ctx.db.acquire() as conn:
        return [pusher_of(row) for row in await select_pushers(conn, user_nid)]
