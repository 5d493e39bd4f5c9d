"""Coming into rooms, leaving them, and bringing or removing others."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from client_desktop.core.api import path
from client_desktop.core.boundary import describe
from client_desktop.core.changes import RoomsChanged
from client_desktop.core.errors import BadAnswer, ClientError, MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.account_data import RoomAccountData
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.receive import remove_room
from client_desktop.core.rooms.touched import Touched
from client_desktop.core.shapes import as_text
from client_desktop.core.values import RoomKind

log = logging.getLogger(__name__)

JOIN_TIMEOUT_S = 180.0
"""Joining a large room of another server takes its time."""


class MembershipActs:
    """What changes who is in a room. The room list changes when sync says so."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    async def join(self, room: str, via: Sequence[str] = (), reason: str = "") -> str:
        """Join a room by id or alias, and return its id. `via`: servers that know it.

        Raises: ClientError.
        """
        summaries = self._ctx.summaries.values()
        invites = {room.room_id: (room.invite, room.kind) for room in summaries if room.invite is not None}
        room_id = await self._enter("join", room, via, reason)
        if room_id in invites:
            invite, kind = invites[room_id]
            self._ctx.accepted_invite(room_id, invite.inviter)
            if kind is RoomKind.DIRECT:
                await self._keep_direct(room_id, invite.inviter)
        return room_id

    async def _keep_direct(self, room_id: str, user_id: str) -> None:
        """Who accepts a direct chat has one, too. The room is joined, whatever becomes of this."""
        try:
            await RoomAccountData(self._ctx).set_direct(room_id, user_id)
        except ClientError as error:
            log.warning("A direct chat is not marked as one: %s", describe(error))

    async def knock(self, room: str, via: Sequence[str] = (), reason: str = "") -> str:
        """Ask to be let in, and return the room's id.

        Raises: ClientError.
        """
        return await self._enter("knock", room, via, reason)

    async def leave(self, room_id: str, reason: str = "") -> None:
        """Leave a room, decline an invitation, or withdraw a knock.

        Raises: ClientError.
        """
        await self._ctx.api.post(
            path("/_matrix/client/v3/rooms/{}/leave", room_id), _reason(reason), retry=True
        )

    async def forget(self, room_id: str) -> None:
        """Forget a room that was left, here and on the server.

        Raises: ClientError.
        """
        try:
            await self._ctx.api.post(path("/_matrix/client/v3/rooms/{}/forget", room_id), retry=True)
        except MatrixError as error:
            if error.status != 404:  # forgotten already
                raise
        touched = Touched()
        with self._ctx.store.transaction() as db:
            remove_room(self._ctx, db, room_id, touched)
            for forget in self._ctx.also_forget:
                forget(db, room_id)
        self._ctx.changes.publish(RoomsChanged(self._ctx.user_id, (), (room_id,)))

    async def invite(self, room_id: str, user_id: str, reason: str = "") -> None:
        """Invite somebody, who is given the keys of what they may read of the past.

        Raises: ClientError.
        """
        try:
            await self._ctx.before_invite(room_id, user_id)
        except ClientError as error:
            log.info("nothing was shared before an invitation: %s", describe(error))
        await self._act("invite", room_id, user_id, reason)

    async def kick(self, room_id: str, user_id: str, reason: str = "") -> None:
        """Remove somebody, or take back an invitation.

        Raises: ClientError.
        """
        await self._act("kick", room_id, user_id, reason)

    async def ban(self, room_id: str, user_id: str, reason: str = "") -> None:
        """Raises: ClientError."""
        await self._act("ban", room_id, user_id, reason)

    async def unban(self, room_id: str, user_id: str, reason: str = "") -> None:
        """Raises: ClientError."""
        await self._act("unban", room_id, user_id, reason)

    async def _enter(self, act: str, room: str, via: Sequence[str], reason: str) -> str:
        # `server_name` is what `via` was called before version 1.12.
        query = {"via": list(via), "server_name": list(via)}
        target = path(f"/_matrix/client/v3/{act}/{{}}", room)
        answer = await self._ctx.api.post(target, _reason(reason), query, timeout_s=JOIN_TIMEOUT_S)
        room_id = as_text(answer.get("room_id"))
        if not room_id.startswith("!"):
            raise BadAnswer("a room without an id")
        return room_id

    async def _act(self, act: str, room_id: str, user_id: str, reason: str) -> None:
        target = path(f"/_matrix/client/v3/rooms/{{}}/{act}", room_id)
        await self._ctx.api.post(target, {"user_id": user_id, **_reason(reason)}, retry=True)


def _reason(reason: str) -> JsonObject:
    return {"reason": reason} if reason else {}
