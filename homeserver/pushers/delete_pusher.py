"""Delete pushers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3pushersset
"""

from homeserver.pushers.context import PushersContext
from homeserver.storage import pushers
from homeserver.storage.positions import Stream


async def delete_pusher(ctx: PushersContext, user_nid: int, app_id: str, pushkey: str) -> bool:
    """Delete one of a user's pushers; say whether there was one."""
    async with ctx.positions.write() as change:
        found = await pushers.delete_pusher(change.conn, user_nid, app_id, pushkey)
        if found:
            change.touch(Stream.PUSHERS, users=[user_nid])
    return found


async def drop_pusher(ctx: PushersContext, user_nid: int, pusher_nid: int) -> None:
    """Delete a pusher that nobody listens to any more."""
    async with ctx.positions.write() as change:
        await pushers.delete_by_nid(change.conn, pusher_nid)
        change.touch(Stream.PUSHERS, users=[user_nid])
