"""Tell a user of this server something, in a room that is there for nothing else.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-notices
"""

from __future__ import annotations

from typing import Final

import orjson

from federation.protocol.ids import EventId, UserId
from homeserver.accounts.requester import Requester
from homeserver.admin.context import AdminContext
from homeserver.errors import Forbidden, NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.create import create_room
from homeserver.rooms.create_options import CreateOptions
from homeserver.rooms.notices_user import notices_user_id
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.send import send_event
from homeserver.storage import account_data, accounts, profiles
from homeserver.storage.accounts import Account, NewAccount, select_account
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.storage.server_notices import select_notice_room, upsert_notice_room

TAG: Final = "m.server_notice"
ONLY_THE_SERVER_SPEAKS: Final[JsonObject] = {"users_default": -10, "invite": 100, "events_default": 0}


async def send_notice(
    ctx: AdminContext,
    user_id: UserId,
    content: JsonObject,
    *,
    type_: str = "m.room.message",
    state_key: str | None = None,
) -> EventId:
    """Send an event into a user's notices room, which is made, and joined again, as it is needed.

    Raises: NotFound where the user has no account, or no longer; BadJson, TooLarge.
    """
    async with ctx.rooms.db.acquire() as conn:
        account = await select_account(conn, user_id)
    if account is None or account.deactivated_ts is not None:
        raise NotFound("There is no such account on this server")
    sender = await notices_user(ctx)
    async with ctx.notices.turn(account.user_nid):
        room = await _room_of(ctx, sender, account)
    committed = await send_event(ctx.rooms, room.room_id, sender.user_id, type_, content, state_key=state_key)
    return committed.event_id


async def notices_user(ctx: AdminContext) -> Requester:
    """Return the user who sends notices, with an account that nobody can log in to."""
    user_id = notices_user_id(ctx.rooms)
    user_nid = await ctx.rooms.names.intern_user(user_id)
    name = orjson.dumps(ctx.rooms.settings.server_notices.display_name)
    async with ctx.rooms.positions.write() as change:
        new = NewAccount(user_nid, None, False, False, ctx.rooms.clock.now_ms())
        if await accounts.insert_account(change.conn, new):
            await profiles.upsert_profile_field(change.conn, user_nid, "displayname", name, change.position)
            change.touch(Stream.PROFILES, users=[user_nid])
    return Requester(user_id, user_nid, None, None, None)


async def _room_of(ctx: AdminContext, sender: Requester, account: Account) -> Room:
    async with ctx.rooms.db.acquire() as conn:
        room_nid = await select_notice_room(conn, account.user_nid)
    room = None
    if room_nid is not None:
        room = (await ctx.rooms.names.rooms([room_nid])).get(room_nid)
    if room is None or await _membership(ctx, room, sender.user_id) != "join":
        room = await _make_room(ctx, sender, account)
    if await _membership(ctx, room, account.user_id) not in ("join", "invite"):
        await send_event(
            ctx.rooms, room.room_id, sender.user_id, "m.room.member", {"membership": "invite"},
            state_key=account.user_id,
        )  # fmt: skip
    return room


async def _make_room(ctx: AdminContext, sender: Requester, account: Account) -> Room:
    options = CreateOptions(
        preset="private_chat",
        name=ctx.rooms.settings.server_notices.room_name,
        creation_content={"m.federate": False},
        power_level_content_override=dict(ONLY_THE_SERVER_SPEAKS),
    )
    room = await create_room(ctx.rooms, sender, options)
    tags = orjson.dumps({"tags": {TAG: {}}})
    async with ctx.rooms.positions.write() as change:
        await upsert_notice_room(change.conn, account.user_nid, room.nid)
        await account_data.upsert_account_data(
            change.conn, change.position, account.user_nid, room.nid, "m.tag", tags
        )
        change.touch(Stream.ACCOUNT_DATA, users=[account.user_nid], rooms=[room.nid])
    return room


async def _membership(ctx: AdminContext, room: Room, user_id: UserId) -> str | None:
    try:
        return await membership_of(ctx.rooms, room, user_id)
    except Forbidden:  # the room was deleted
        return None
