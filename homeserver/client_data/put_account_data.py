"""Set a piece of account data, for the account or for one room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-config
"""

from typing import Final

import orjson

from federation.protocol.ids import RoomId
from homeserver.client_data.context import ClientDataContext
from homeserver.errors import Forbidden, InvalidParam, MatrixError
from homeserver.json_types import JsonObject
from homeserver.storage import account_data
from homeserver.storage.account_data import GLOBAL
from homeserver.storage.db import Connection
from homeserver.storage.positions import Stream

SERVER_MANAGED: Final = frozenset({"m.fully_read", "m.push_rules"})
MAX_TYPE_BYTES: Final = 255
MAX_TYPES: Final = 1_000
MAX_TYPES_PER_ROOM: Final = 100


async def put_account_data(
    ctx: ClientDataContext, user_nid: int, type_: str, content: JsonObject, room_id: RoomId | None = None
) -> None:
    """Set account data for its owner, and tell the owner's clients.

    A room must be one that the user has or had to do with.

    Raises: MatrixError 405 for a type that the server manages; Forbidden for a foreign room, or when the user
    keeps too many types; InvalidParam.
    """
    check_type(type_)
    room_nid = GLOBAL if room_id is None else await own_room(ctx, user_nid, room_id)
    async with ctx.positions.write() as change:
        await check_room_for_type(change.conn, user_nid, room_nid, type_)
        await account_data.upsert_account_data(
            change.conn, change.position, user_nid, room_nid, type_, orjson.dumps(content)
        )
        change.touch(Stream.ACCOUNT_DATA, users=[user_nid])


def check_type(type_: str) -> None:
    """Refuse types that clients may not set.

    Raises: MatrixError 405, InvalidParam.
    """
    if type_ in SERVER_MANAGED:
        raise MatrixError(
            "M_BAD_JSON", 405, f"{type_} is set by the server and cannot be set through this API"
        )
    if not 1 <= len(type_.encode()) <= MAX_TYPE_BYTES:
        raise InvalidParam(f"A type has 1 to {MAX_TYPE_BYTES} bytes")


async def own_room(ctx: ClientDataContext, user_nid: int, room_id: RoomId) -> int:
    """Return the number of a room that the user has or had to do with.

    Raises: Forbidden, the same whether the room exists or not.
    """
    room = await ctx.names.room(room_id)
    if room is None or await ctx.memberships.in_room(user_nid, room.nid) is None:
        raise Forbidden("You have nothing to do with this room")
    return room.nid


async def check_room_for_type(conn: Connection, user_nid: int, room_nid: int, type_: str) -> None:
    """Bound how much one user can make the server keep.

    Raises: Forbidden.
    """
    types = await account_data.select_types(conn, user_nid, room_nid)
    most = MAX_TYPES if room_nid == GLOBAL else MAX_TYPES_PER_ROOM
    if type_ not in types and len(types) >= most:
        raise Forbidden(f"At most {most} types of account data can be kept here")
