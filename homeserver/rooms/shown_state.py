"""The events that tell somebody outside what a room is, as its servers know them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#stripped-state
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_state import current_events, member_entry
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

SHOWN: Final[tuple[StateEntry, ...]] = tuple(
    (type_, "")
    for type_ in (
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules",
        "m.room.canonical_alias", "m.room.encryption",
    )
)  # fmt: skip
MAX_BYTES: Final = 96 * 1024
"""Of all of them: what does not fit is left out, the create event never."""


async def shown_state(ctx: RoomsContext, room: Room, sender: UserId | None) -> Sequence[Pdu]:
    """Return what is shown of a room to whom it invites, with the membership of who invites."""
    entries = SHOWN if sender is None else (*SHOWN, member_entry(sender))
    found = await current_events(ctx, room, entries)
    left = MAX_BYTES
    kept: list[Pdu] = []
    for pdu in found.values():
        if len(pdu.canonical) <= left or not kept:
            left -= len(pdu.canonical)
            kept.append(pdu)
    return kept
