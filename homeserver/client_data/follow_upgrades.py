"""Notices when somebody of this server joins a room that replaces one they were in."""

import asyncio
from typing import Final

import structlog

from federation.protocol.ids import RoomId, UserId
from homeserver.client_data.context import ClientDataContext
from homeserver.client_data.copy_room_data import copy_room_data
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

CREATE: Final = ("m.room.create", "")
MAX_QUEUED: Final = 10_000


class FollowUpgrades:
    """Owns the task that carries over what the user kept for the old room. The tailer calls `apply`."""

    def __init__(self, rooms: RoomsContext, client_data: ClientDataContext) -> None:
        self._rooms = rooms
        self._client_data = client_data
        self._joins: asyncio.Queue[tuple[int, UserId]] = asyncio.Queue(MAX_QUEUED)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="follow-upgrades")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def apply(self, batch: Batch) -> None:
        for event in batch.events:
            if event.type != "m.room.member" or not self._rooms.shares.holds(event.room_nid):
                continue
            pdu = event.load()
            user_id = UserId(pdu.get("state_key", ""))
            # Not parsed: whatever a remote server calls a member, following the log must not fail.
            is_local = user_id.partition(":")[2] == self._rooms.server_name
            if not is_local or pdu["content"].get("membership") != "join":
                continue
            if self._joins.full():
                log.warning("follow_upgrades.dropped", user_id=user_id)
                return
            self._joins.put_nowait((event.room_nid, user_id))

    async def _run(self) -> None:
        while True:
            room_nid, user_id = await self._joins.get()
            try:
                await self._follow(room_nid, user_id)
            except Exception:  # the next join has nothing to do with this one
                log.exception("follow_upgrades.failed", user_id=user_id)

    async def _follow(self, room_nid: int, user_id: UserId) -> None:
        room = (await self._rooms.names.rooms([room_nid]))[room_nid]
        old = await self._predecessor(room)
        user_nid = await self._rooms.names.intern_user(user_id)
        if old is not None and await self._rooms.memberships.in_room(user_nid, old.nid) is not None:
            await copy_room_data(self._client_data, user_nid, old, room)

    async def _predecessor(self, room: Room) -> Room | None:
        create = (await self._rooms.heads.load(room, [CREATE])).state[CREATE]
        predecessor = None if create is None else create.pdu.content.get("predecessor")
        old_id = predecessor.get("room_id") if isinstance(predecessor, dict) else None
        return await self._rooms.names.room(RoomId(old_id)) if isinstance(old_id, str) else None
