"""Read somebody's presence.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from federation.protocol.ids import UserId
from homeserver.accounts.requester import Requester
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.presence import PresenceContent
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import Forbidden
from homeserver.storage.memberships import select_users_sharing_rooms


async def get_presence(ctx: EphemeralContext, requester: Requester, user_id: UserId) -> PresenceContent:
    """Return the presence of a user who shares a room with the requester, or the requester's own.

    Raises: Forbidden, the same whether the user exists or not.
    """
    user_nid = (await ctx.rooms.names.known_users([user_id])).get(user_id)
    if user_nid is None or not await _may_see(ctx, requester.user_nid, user_nid):
        raise Forbidden("You are not allowed to see their presence")
    return ctx.presence.content(user_nid) or {"presence": PresenceState.OFFLINE.value}


async def _may_see(ctx: EphemeralContext, viewer_nid: int, user_nid: int) -> bool:
    if viewer_nid == user_nid:
        return True
    async with ctx.rooms.db.acquire() as conn:
        return bool(await select_users_sharing_rooms(conn, viewer_nid, [user_nid]))
