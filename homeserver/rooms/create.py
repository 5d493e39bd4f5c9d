"""Create a room."""

from federation.protocol.ids import InvalidIdentifier, RoomAlias, UserId, parse_room_alias, parse_user_id
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from homeserver.accounts.requester import Requester
from homeserver.errors import (
    BadAlias,
    Forbidden,
    InvalidParam,
    InvalidRoomState,
    MatrixError,
    RoomInUse,
    UnsupportedRoomVersion,
)
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.create_commit import commit_room, reserve_room, room_requests
from homeserver.rooms.create_events import room_events
from homeserver.rooms.create_options import CreateOptions
from homeserver.rooms.invite_elsewhere import send_invites, split_invites
from homeserver.rooms.invite_permission import check_invite_permission
from homeserver.rooms.member_profiles import member_profiles
from homeserver.rooms.room_aliases_state import listed_aliases
from homeserver.rooms.third_party_invite import find_owners, leave_invitations
from homeserver.storage import directory
from homeserver.storage.rooms import Room


async def create_room(ctx: RoomsContext, requester: Requester, options: CreateOptions) -> Room:
    """Create a room with all its first events, invites included, in one commit.

    Users of other servers are invited into the room that is there then: it stays, whoever cannot be invited.

    Raises: UnsupportedRoomVersion, RoomInUse for a taken alias, InvalidRoomState where the events wished for
    break the authorization rules, InvalidParam, BadAlias, NotFound, MatrixError.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
    """
    version = chosen_version(ctx, options.room_version)
    owners = await find_owners(ctx, options.invite_3pid or ())
    owning = [user_id for user_id in owners.values() if user_id]
    invited = await _check_invited(ctx, requester.user_id, options, owning)
    alias = None if options.room_alias_name is None else local_alias(ctx, options.room_alias_name)
    if alias is not None:
        ctx.bridges.names.check_alias(requester, alias)
    _check_initial_state(options, alias)
    profiles = await member_profiles(ctx, [requester.user_id, *invited])
    drafts = room_events(version, requester.user_id, options, invited, alias, profiles)
    drafts, elsewhere = split_invites(ctx.server_name, drafts)
    room = await reserve_room(ctx, version)
    await ctx.names.intern_users([requester.user_id, *invited])
    requests = await room_requests(ctx, room, drafts)
    if alias is not None:
        await _claim_alias(ctx, alias, room, requester)
    try:
        room = await commit_room(ctx, room, requests)
    except MatrixError as refusal:
        if alias is not None:
            await _release_alias(ctx, alias, room)
        if isinstance(refusal, Forbidden):
            raise InvalidRoomState(refusal.message) from refusal
        raise
    if options.visibility == "public":
        async with ctx.db.acquire() as conn:
            await directory.update_published(conn, room.nid, True)
    await send_invites(ctx, room, elsewhere)
    await leave_invitations(ctx, requester, room, [address for address in owners if not owners[address]])
    return room


def chosen_version(ctx: RoomsContext, identifier: str | None) -> RoomVersion:
    """Return a room version by its name, or the default one. Raises UnsupportedRoomVersion."""
    version = ROOM_VERSIONS.get(identifier or ctx.settings.rooms.default_version)
    if version is None or identifier == "":
        raise UnsupportedRoomVersion("This server does not know that room version")
    return version


def local_alias(ctx: RoomsContext, localpart: str) -> RoomAlias:
    """Return the alias of this server with a localpart. Raises InvalidParam."""
    if not localpart or ":" in localpart or any(character.isspace() for character in localpart):
        raise InvalidParam("`room_alias_name` must be the local part of an alias, without colons and spaces")
    try:
        return parse_room_alias(f"#{localpart}:{ctx.server_name}")
    except InvalidIdentifier as error:
        raise InvalidParam(f"`room_alias_name`: {error}") from error


async def _check_invited(
    ctx: RoomsContext, inviter: UserId, options: CreateOptions, owners: list[UserId]
) -> list[UserId]:
    invited = [parse_user_id(user_id) for user_id in dict.fromkeys([*(options.invite or ()), *owners])]
    for user_id in invited:
        await ctx.bridges.names.ask_for_user(user_id)
        await check_invite_permission(ctx, user_id, inviter)
    return invited


def _check_initial_state(options: CreateOptions, alias: RoomAlias | None) -> None:
    """Refuse state that its own endpoints would refuse: members but bans, aliases that do not lead here."""
    for state in options.initial_state or ():
        if state.type == "m.room.member" and state.content.get("membership") != "ban":
            raise InvalidRoomState("`initial_state` takes bans only; use `invite` for invites")
        if state.type == "m.room.canonical_alias" and listed_aliases(state.content) - {alias}:
            raise BadAlias("`initial_state` lists an alias that does not lead to the new room")


async def _claim_alias(ctx: RoomsContext, alias: RoomAlias, room: Room, requester: Requester) -> None:
    async with ctx.db.acquire() as conn:
        claimed = await directory.insert_alias(conn, alias, room.nid, requester.user_nid, ctx.clock.now_ms())
    if not claimed:
        raise RoomInUse(f"{alias} is taken")


async def _release_alias(ctx: RoomsContext, alias: RoomAlias, room: Room) -> None:
    async with ctx.db.acquire() as conn:
        await directory.delete_alias(conn, alias, room.nid)
