"""The rooms that new users are joined to: those of the configuration, then those that administrators set.

The joins are a job, so that registering does not wait for other servers and no crash loses one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_urlsafe
from typing import Final

from federation.protocol.ids import InvalidIdentifier, RoomId, UserId, parse_room_alias, parse_room_id
from homeserver.accounts.requester import Requester
from homeserver.admin.context import AdminContext
from homeserver.errors import InvalidParam, MatrixError, Unavailable
from homeserver.retention.jobs import JobFailed, Step
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.join import join_room
from homeserver.rooms.locate_room import locate_room
from homeserver.rooms.room_state import current_event
from homeserver.storage.accounts import select_account
from homeserver.storage.db import Connection
from homeserver.storage.default_rooms import is_person, replace_default_rooms, select_default_rooms
from homeserver.storage.jobs import Job, NewJob, insert_job
from homeserver.storage.positions import Change

JOIN_DEFAULT_ROOMS: Final = "join_default_rooms"
MAX_ROOMS: Final = 50
JOIN_WITHIN_S: Final = 60.0
COMMITTED_AFTER_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class DefaultRoom:
    """A room as it is named. `problem` says why nobody can be joined to it, None: they can."""

    room: str
    is_configured: bool
    room_id: RoomId | None
    name: str | None
    problem: str | None


async def list_default_rooms(ctx: AdminContext) -> list[DefaultRoom]:
    """Return the rooms that new users are joined to, and whether that will work."""
    configured = ctx.rooms.settings.registration.auto_join_rooms
    async with ctx.rooms.db.acquire() as conn:
        named = await _named(ctx, conn)
    return [await _describe(ctx.rooms, room, room in configured) for room in named]


async def set_default_rooms(ctx: AdminContext, rooms: Sequence[str]) -> None:
    """Set the rooms that new users are joined to, beside those of the configuration.

    Raises: InvalidParam for what is neither room id nor alias, and for too many.
    """
    unique = list(dict.fromkeys(rooms))
    if len(unique) > MAX_ROOMS:
        raise InvalidParam(f"At most {MAX_ROOMS} rooms")
    for room in unique:
        try:
            parse_room_alias(room) if room.startswith("#") else parse_room_id(room)
        except InvalidIdentifier as error:
            raise InvalidParam(f"{room} is neither a room id nor an alias") from error
    async with ctx.rooms.db.transaction() as conn:
        await replace_default_rooms(conn, unique)


async def join_default_rooms_step(ctx: AdminContext, job: Job) -> Step:
    """Join a new user to one more of the rooms; a room that cannot be joined is passed over."""
    done = {"next": 0, "joined": [], "failed": {}, **job.progress}
    async with ctx.rooms.db.acquire() as conn:
        named = await _named(ctx, conn)
        account = await select_account(conn, UserId(job.subject))
    if account is None or account.deactivated_ts is not None:
        raise JobFailed("The account is gone")
    if done["next"] >= len(named):
        return Step(done, is_last=True)
    room = named[done["next"]]
    done["next"] += 1
    requester = Requester(account.user_id, account.user_nid, None, None, None)
    try:
        async with asyncio.timeout(JOIN_WITHIN_S):
            done["joined"].append(await join_room(ctx.rooms, requester, room, {}))
    except Unavailable:
        raise
    except (MatrixError, TimeoutError) as error:
        done["failed"][room] = str(error) or type(error).__name__
    return Step(done)


def follow_new_accounts(ctx: AdminContext) -> None:
    """Have every new user joined to the rooms; guests and users of application services are let be."""
    ctx.retention.kinds.works[JOIN_DEFAULT_ROOMS] = partial(join_default_rooms_step, ctx)
    ctx.accounts.hooks.new_accounts.append(partial(_note_account, ctx))


async def _note_account(ctx: AdminContext, change: Change, user_nid: int, user_id: UserId) -> None:
    if not await _named(ctx, change.conn):
        return
    if not await is_person(change.conn, user_nid):
        return
    job = NewJob(token_urlsafe(16), JOIN_DEFAULT_ROOMS, user_id, {}, ctx.rooms.clock.now_ms())
    await insert_job(change.conn, job)
    # Not before the commit, which is a moment away; whoever looks too early finds it seconds later.
    asyncio.get_running_loop().call_later(COMMITTED_AFTER_S, ctx.retention.asked.set)


async def _named(ctx: AdminContext, conn: Connection) -> list[str]:
    configured = ctx.rooms.settings.registration.auto_join_rooms
    return list(dict.fromkeys([*configured, *await select_default_rooms(conn)]))


async def _describe(ctx: RoomsContext, room: str, is_configured: bool) -> DefaultRoom:
    try:
        async with asyncio.timeout(JOIN_WITHIN_S / 10):
            located = await locate_room(ctx, 0, room)
    except (MatrixError, InvalidIdentifier, TimeoutError):
        return DefaultRoom(room, is_configured, None, None, "not_found")
    if located.room is None:
        problem = None if located.servers else "not_found"
        return DefaultRoom(room, is_configured, located.room_id, None, problem)
    name = await current_event(ctx, located.room, ("m.room.name", ""))
    rules = await current_event(ctx, located.room, ("m.room.join_rules", ""))
    is_public = rules is not None and rules.content.get("join_rule") == "public"
    shown = None if name is None else name.content.get("name")
    return DefaultRoom(
        room, is_configured, located.room_id, shown if isinstance(shown, str) else None,
        None if is_public else "not_public",
    )  # fmt: skip
