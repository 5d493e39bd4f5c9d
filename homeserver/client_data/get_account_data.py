"""Read a piece of account data.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-config
"""

from federation.protocol.ids import RoomId
from homeserver.client_data.context import ClientDataContext
from homeserver.errors import NotFound
from homeserver.storage.account_data import GLOBAL, select_content


async def get_account_data(
    ctx: ClientDataContext, user_nid: int, type_: str, room_id: RoomId | None = None
) -> bytes:
    """Return the JSON of account data of the account, or of one room.

    Raises: NotFound.
    """
    room_nid = GLOBAL
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
