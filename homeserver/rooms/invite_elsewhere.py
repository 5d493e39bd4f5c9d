"""The invites of a new room that other servers have to sign."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from federation.protocol.ids import ServerName, UserId, server_name_of
from federation.protocol.pdu import EventDraft
from homeserver.errors import MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send_invite import send_invite
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

AT_ONCE = 10


def split_invites(own: ServerName, drafts: Iterable[EventDraft]) -> tuple[list[EventDraft], list[EventDraft]]:
    """Return the drafts that this server decides on alone, and the invites of other servers' users."""
    here: list[EventDraft] = []
    elsewhere: list[EventDraft] = []
    for draft in drafts:
        is_invite = draft.type == "m.room.member" and draft.content.get("membership") == "invite"
        is_ours = not is_invite or server_name_of(draft.state_key or "") == own
        (here if is_ours else elsewhere).append(draft)
    return here, elsewhere


async def send_invites(ctx: RoomsContext, room: Room, invites: Sequence[EventDraft]) -> None:
    """Invite users of other servers; who cannot be invited is only logged."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def invite(draft: EventDraft) -> None:
        async with turns:
            try:
                await send_invite(ctx, room, draft.sender, UserId(draft.state_key or ""), draft.content)
            except MatrixError as error:
                log.warning("create.not_invited", room_id=room.room_id, reason=error.message)

    await asyncio.gather(*map(invite, invites))
