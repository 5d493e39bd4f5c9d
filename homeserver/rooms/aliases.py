"""Make, look up, list and remove room aliases.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-aliases
"""

from typing import Final

from federation.protocol.ids import RoomAlias, RoomId, parse_room_alias, server_name_of
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden, InvalidParam, MatrixError, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_aliases_state import listed_aliases, without_alias
from homeserver.rooms.room_state import (
    CANONICAL_ALIAS,
    HISTORY_VISIBILITY,
    current_event,
    may_send_state,
    membership_of,
    text_in,
)
from homeserver.rooms.send import known_room, send_event
from homeserver.storage import directory
from homeserver.storage.directory import StoredAlias
from homeserver.storage.rooms import Room

MAX_ALIASES_SHOWN: Final = 1_000


async def create_alias(ctx: RoomsContext, requester: Requester, text: str, room_id: RoomId) -> None:
    """Lead an alias of this server to a room that the requester is in.

    Raises: InvalidParam for another server's alias; Exclusive for an application service's; Forbidden;
    MatrixError 409 where the alias is taken.
    """
    alias = parse_own_alias(ctx, text)
    ctx.bridges.names.check_alias(requester, alias)
    room = await known_room(ctx, room_id)
    controls = ctx.bridges.names.controls_alias(requester, alias)
    if not controls and await membership_of(ctx, room, requester.user_id) != "join":
        raise Forbidden("You are not in this room")
    async with ctx.db.acquire() as conn:
        claimed = await directory.insert_alias(conn, alias, room.nid, requester.user_nid, ctx.clock.now_ms())
    if not claimed:
        raise MatrixError("M_UNKNOWN", 409, f"The alias {alias} is taken")
    ctx.bridges.names.alias_made(room.nid)


async def delete_alias(ctx: RoomsContext, requester: Requester, text: str) -> None:
    """Remove an alias: its maker may, and whoever may set the room's canonical alias, and server admins.

    It goes from the room's canonical alias event too, where the requester may change that.

    Raises: InvalidParam, NotFound, Forbidden; Exclusive for an application service's alias.
    """
    alias = parse_own_alias(ctx, text)
    ctx.bridges.names.check_alias(requester, alias)
    async with ctx.db.acquire() as conn:
        stored = await directory.select_alias(conn, alias)
    if stored is None:
        raise NotFound("There is no such room alias")
    room = (await ctx.names.rooms([stored.room_nid]))[stored.room_nid]
    may_set = await may_send_state(ctx, room, requester.user_id, "m.room.canonical_alias")
    controls = ctx.bridges.names.controls_alias(requester, alias)
    if not controls and not _may_delete(requester, stored, may_set):
        raise Forbidden("You may not remove this alias")
    async with ctx.db.acquire() as conn:
        await directory.delete_alias(conn, alias, room.nid)
    if may_set:
        await _unlist_alias(ctx, requester, room, alias)


async def list_aliases(ctx: RoomsContext, requester: Requester, room_id: RoomId) -> list[RoomAlias]:
    """Return this server's aliases of a room, to its members, server admins, or where the world may read it.

    Raises: Forbidden.
    """
    room = await known_room(ctx, room_id)
    if not requester.is_admin and await membership_of(ctx, room, requester.user_id) != "join":
        visibility = await text_in(ctx, room, HISTORY_VISIBILITY, "history_visibility")
        if visibility != "world_readable":
            raise Forbidden("You are not in this room")
    async with ctx.db.acquire() as conn:
        return await directory.select_aliases_of_room(conn, room.nid, MAX_ALIASES_SHOWN)


def parse_own_alias(ctx: RoomsContext, text: str) -> RoomAlias:
    """Parse an alias of this server. Raises InvalidIdentifier, InvalidParam."""
    alias = parse_room_alias(text)
    if server_name_of(alias) != ctx.server_name:
        raise InvalidParam("This alias belongs to another server")
    if any(character.isspace() for character in alias):
        raise InvalidParam("An alias has no spaces")
    return alias


def _may_delete(requester: Requester, stored: StoredAlias, may_set: bool) -> bool:
    return may_set or requester.is_admin or stored.creator_nid == requester.user_nid


async def _unlist_alias(ctx: RoomsContext, requester: Requester, room: Room, alias: RoomAlias) -> None:
    event = await current_event(ctx, room, CANONICAL_ALIAS)
    if event is None or alias not in listed_aliases(event.content):
        return
    content = without_alias(event.content, alias)
    await send_event(ctx, room.room_id, requester.user_id, "m.room.canonical_alias", content, state_key="")
