"""Read a piece of account data.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-config
"""

import orjson

from federation.protocol.ids import RoomId
from homeserver.client_data.context import ClientDataContext
from homeserver.errors import NotFound
from homeserver.push.get_rules import PUSH_RULES, push_rules_content
from homeserver.push.load_rules import load_own_rules
from homeserver.storage.account_data import GLOBAL, select_content


async def get_account_data(
    ctx: ClientDataContext, user_nid: int, type_: str, room_id: RoomId | None = None
) -> bytes:
    """Return the JSON of account data of the account, or of one room.

    Raises: NotFound.
    """
    room_nid = GLOBAL
    if room_id is None and type_ == PUSH_RULES:
        return await _get_push_rules(ctx, user_nid)
    if room_id is not None:
        room = await ctx.names.room(room_id)
        if room is None:
            raise NotFound("There is no such account data")
        room_nid = room.nid
    async with ctx.db.acquire() as conn:
        content = await select_content(conn, user_nid, room_nid, type_)
    if content is None:
        raise NotFound("There is no such account data")
    return content


async def _get_push_rules(ctx: ClientDataContext, user_nid: int) -> bytes:
    """Everybody has push rules: at least the server's."""
    user_id = (await ctx.names.user_ids([user_nid]))[user_nid]
    async with ctx.db.acquire() as conn:
        own = await load_own_rules(conn, user_nid)
    return orjson.dumps(push_rules_content(user_id, own))
