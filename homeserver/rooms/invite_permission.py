"""Whether users want to be invited at all.

Spec: https://spec.matrix.org/v1.19/client-server-api/#invite-permission
"""

import orjson

from federation.protocol.ids import UserId
from homeserver.errors import MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.storage.account_data import GLOBAL, select_content

PERMISSION_TYPE = "m.invite_permission_config"


async def check_invite_permission(ctx: RoomsContext, user_id: UserId) -> None:
    """Refuse to invite a user of this server who blocks all invites. Raises MatrixError M_INVITE_BLOCKED."""
    nid = (await ctx.names.known_users([user_id])).get(user_id)
    if nid is None:
        return
    async with ctx.db.acquire() as conn:
        content = await select_content(conn, nid, GLOBAL, PERMISSION_TYPE)
    if content is not None and orjson.loads(content).get("default_action") == "block":
        raise MatrixError("M_INVITE_BLOCKED", 403, f"{user_id} takes no invites")
