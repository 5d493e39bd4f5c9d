"""Redact all that a user has sent, in the background.

The redactions are sent as the user, where they are of this server and still in the room; else as the
administrator who asks for it, who needs the power to in that room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import EventId, RoomId, UserId, server_name_of
from homeserver.admin.context import AdminContext
from homeserver.errors import InvalidParam, MatrixError, NotFound, Unavailable
from homeserver.json_types import JsonObject
from homeserver.retention.jobs import Step, ask_for_job
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import send_event
from homeserver.storage.events_of_user import select_rooms_of_sender, select_unredacted
from homeserver.storage.jobs import Job
from homeserver.storage.rooms import Room

REDACT_USER: Final = "redact_user"
BATCH: Final = 25
MAX_EVENTS: Final = 1_000
"""Per room, where whoever asks says nothing else."""
MAX_FAILED_LISTED: Final = 1_000
END: Final = 2**62


async def redact_user(
    ctx: AdminContext,
    requester: UserId,
    user_id: UserId,
    *,
    room_ids: Sequence[RoomId] = (),
    reason: str | None = None,
    limit: int | None = None,
) -> str:
    """Have the newest events of a user redacted, in some rooms or all; return the job's id.

    `limit` is how many per room at most. Memberships, power levels and the like stay.

    Raises: NotFound for a user or a room that this server does not know; InvalidParam.
    """
    if limit is not None and limit < 1:
        raise InvalidParam("`limit` must be at least 1")
    nids = await ctx.rooms.names.known_users([user_id])
    if user_id not in nids:
        raise NotFound("This server does not know the user")
    rooms = [await _room_nid(ctx.rooms, room_id) for room_id in room_ids]
    if not rooms:
        async with ctx.rooms.db.acquire() as conn:
            rooms = await select_rooms_of_sender(conn, nids[user_id])
    arguments: JsonObject = {
        "requester": requester, "rooms": rooms, "reason": reason, "limit": limit or MAX_EVENTS,
    }  # fmt: skip
    job_id = await ask_for_job(ctx.rooms, REDACT_USER, user_id, arguments)
    assert job_id is not None
    ctx.retention.asked.ask()
    return job_id


async def redact_user_step(ctx: AdminContext, job: Job) -> Step:
    """Redact some events of one room."""
    done: JsonObject = {"room": 0, "before": END, "in_room": 0, "redacted": 0, "failed": {}, **job.progress}
    rooms: list[int] = job.arguments["rooms"]
    if done["room"] >= len(rooms):
        return Step(done, is_last=True)
    room = (await ctx.rooms.names.rooms([rooms[done["room"]]])).get(rooms[done["room"]])
    wanted = min(BATCH, job.arguments["limit"] - done["in_room"])
    sender = UserId(job.subject)
    async with ctx.rooms.db.acquire() as conn:
        events = await select_unredacted(
            conn, rooms[done["room"]], await _nid(ctx, sender), done["before"], wanted
        )
    for event_id, _ in events if room is not None else ():
        assert room is not None
        await _redact(ctx.rooms, room, event_id, job, done)
    done["in_room"] += len(events)
    if events:
        done["before"] = events[-1][1]
    if len(events) < BATCH or done["in_room"] >= job.arguments["limit"]:
        done.update(room=done["room"] + 1, before=END, in_room=0)
    return Step(done)


async def _redact(rooms: RoomsContext, room: Room, event_id: EventId, job: Job, done: JsonObject) -> None:
    reason, failure = job.arguments["reason"], "nobody of this server may redact it"
    content: JsonObject = {} if reason is None else {"reason": reason}
    for user_id in _redactors(rooms, job):
        try:
            await send_event(rooms, room.room_id, user_id, "m.room.redaction", content, redacts=event_id)
        except Unavailable:
            raise
        except MatrixError as error:
            failure = error.message
        else:
            done["redacted"] += 1
            return
    if len(done["failed"]) < MAX_FAILED_LISTED:
        done["failed"][event_id] = failure


def _redactors(rooms: RoomsContext, job: Job) -> list[UserId]:
    requester, sender = UserId(job.arguments["requester"]), UserId(job.subject)
    is_local = server_name_of(sender) == rooms.server_name
    return list(dict.fromkeys([sender, requester] if is_local else [requester]))


async def _nid(ctx: AdminContext, user_id: UserId) -> int:
    return await ctx.rooms.names.intern_user(user_id)


async def _room_nid(ctx: RoomsContext, room_id: RoomId) -> int:
    room = await ctx.names.room(room_id)
    if room is None:
        raise NotFound(f"This server does not know {room_id}")
    return room.nid
