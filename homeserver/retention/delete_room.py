"""Close a room on this server and delete it, leaving nothing of it behind but its interned id.

What other servers have of the room is theirs: it ends for the users of this server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import RoomId, UserId
from homeserver.errors import InvalidParam
from homeserver.json_types import JsonObject
from homeserver.retention.context import RetentionContext
from homeserver.retention.delete_rows import delete_rows
from homeserver.retention.empty_room import PRESENT, empty_room_step, make_new_room
from homeserver.retention.jobs import JobFailed, Step, ask_for_job
from homeserver.retention.purge_batch import forget_purged
from homeserver.rooms.find_room import room_by_id
from homeserver.storage import directory
from homeserver.storage.accounts import select_account
from homeserver.storage.blocked_rooms import delete_block_of_job, upsert_block
from homeserver.storage.jobs import Job
from homeserver.storage.room_deletion import select_local_people
from homeserver.storage.rooms import Room

DELETE_ROOM: Final = "delete_room"
MAX_ALIASES: Final = 1_000


@dataclass(frozen=True, slots=True)
class RoomDeletion:
    """How a room is deleted.

    `new_room_creator` makes a room with a message into which the users are moved, and the aliases with them;
    without one they only leave. `block` keeps everybody out afterwards. Without `purge` the room is closed
    and its data stay. `force` deletes it although somebody could not leave. `media` are deleted with it:
    copies of other servers' files, and what senders uploaded themselves.
    """

    requester: UserId | None = None
    new_room_creator: UserId | None = None
    new_room_name: str | None = None
    message: str | None = None
    block: bool = False
    purge: bool = True
    force: bool = False
    media: bool = False


async def delete_room(ctx: RetentionContext, room_id: RoomId, how: RoomDeletion) -> str:
    """Have a room closed and deleted; return the job's id. From now on nobody gets in.

    Raises: NotFound for an unknown room, InvalidParam where the creator of the new room has no account.
    """
    rooms = ctx.rooms
    room = await room_by_id(rooms, room_id)
    if how.new_room_creator is not None:
        async with rooms.db.acquire() as conn:
            account = await select_account(conn, how.new_room_creator)
        if account is None or account.deactivated_ts is not None:
            raise InvalidParam("The creator of the new room has no account here")
    summary = (await rooms.summaries.of_rooms([room.nid])).get(room.nid)
    name = None if summary is None else summary.name or summary.canonical_alias
    job_id = await ask_for_job(rooms, DELETE_ROOM, room_id, {**_arguments(how), "name": name})
    assert job_id is not None
    blocked_by = None if how.requester is None else await rooms.names.intern_user(how.requester)
    async with rooms.db.acquire() as conn:
        until = None if how.block else job_id
        await upsert_block(conn, room_id, blocked_by, rooms.clock.now_ms(), until)
    ctx.asked.ask()
    return job_id


async def delete_room_step(ctx: RetentionContext, job: Job) -> Step:
    """Do a part of a deletion: the users leave, the aliases go, then the rows."""
    room = await room_by_id(ctx.rooms, RoomId(job.subject))
    done = {**_NOTHING_DONE, **job.progress}
    match done["stage"]:
        case "new_room":
            return await _make_new_room(ctx, job, done)
        case "empty":
            new_room = done["new_room_id"]
            if await empty_room_step(ctx.rooms, room, new_room and RoomId(new_room), done):
                return Step({**done, "stage": "aliases"})
            return Step(done)
        case "aliases":
            return await _end_aliases(ctx, room, job, done)
        case "check":
            await _check_empty(ctx, room, job)
            return Step({**done, "stage": "rows"})
        case _:
            if await delete_rows(ctx, room, done, media=job.arguments["media"]):
                return await _end(ctx, room, job, done)
            return Step(done)


_NOTHING_DONE: Final[JsonObject] = {
    "stage": "new_room", "new_room_id": None, "last_user": 0, "kicked_users": [], "failed_to_kick_users": [],
    "local_aliases": [], "deleted_events": 0, "deleted_media": 0, "part": 0,
}  # fmt: skip


def _arguments(how: RoomDeletion) -> JsonObject:
    return {
        "new_room_creator": how.new_room_creator, "new_room_name": how.new_room_name, "message": how.message,
        "block": how.block, "purge": how.purge, "force": how.force, "media": how.media,
    }  # fmt: skip


async def _make_new_room(ctx: RetentionContext, job: Job, done: JsonObject) -> Step:
    wanted = job.arguments
    if wanted["new_room_creator"] is not None:
        done["new_room_id"] = await make_new_room(
            ctx.rooms, UserId(wanted["new_room_creator"]), wanted["new_room_name"], wanted["message"]
        )
    return Step({**done, "stage": "empty", "kicked_users": [], "failed_to_kick_users": []})


async def _end_aliases(ctx: RetentionContext, room: Room, job: Job, done: JsonObject) -> Step:
    """Lead the aliases to the new room, or nowhere, and take the room out of the directory."""
    new_room = None
    if done["new_room_id"] is not None:
        new_room = await room_by_id(ctx.rooms, RoomId(done["new_room_id"]))
    async with ctx.rooms.db.transaction() as conn:
        aliases = await directory.select_aliases_of_room(conn, room.nid, MAX_ALIASES)
        if new_room is not None:
            await directory.move_aliases(conn, room.nid, new_room.nid)
        else:
            for alias in aliases:
                await directory.delete_alias(conn, alias, room.nid)
        await directory.update_published(conn, room.nid, False)
    done["local_aliases"] = aliases
    if not job.arguments["purge"]:
        return await _end(ctx, room, job, done)
    # Clients and other servers are to hear of the departures before these are deleted.
    return Step({**done, "stage": "check"}, wait_s=ctx.settle_s if done["kicked_users"] else 0)


async def _check_empty(ctx: RetentionContext, room: Room, job: Job) -> None:
    async with ctx.rooms.db.acquire() as conn:
        people = await select_local_people(conn, room.nid, ctx.rooms.server_name, PRESENT, limit=1)
        if not people or job.arguments["force"]:
            return
        await delete_block_of_job(conn, job.job_id)
    raise JobFailed("Users of this server are still in the room")


async def _end(ctx: RetentionContext, room: Room, job: Job, done: JsonObject) -> Step:
    await forget_purged(ctx.rooms, room)
    async with ctx.rooms.db.acquire() as conn:
        await delete_block_of_job(conn, job.job_id)
    return Step({**done, "stage": "end"}, is_last=True)
