"""Questions to a room's current state, answered from its cached head."""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import PowerLevels, power_levels_of
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

CREATE: Final = ("m.room.create", "")
POWER_LEVELS: Final = ("m.room.power_levels", "")
JOIN_RULES: Final = ("m.room.join_rules", "")
HISTORY_VISIBILITY: Final = ("m.room.history_visibility", "")
GUEST_ACCESS: Final = ("m.room.guest_access", "")
CANONICAL_ALIAS: Final = ("m.room.canonical_alias", "")
TOMBSTONE: Final = ("m.room.tombstone", "")


def member_entry(user_id: UserId) -> StateEntry:
    """Return the state entry of somebody's membership."""
    return "m.room.member", user_id


async def current_events(
    ctx: RoomsContext, room: Room, entries: Sequence[StateEntry]
) -> dict[StateEntry, Pdu]:
    """Return those of these entries that the room's current state has."""
    head = await ctx.heads.load(room, entries)
    return {entry: event.pdu for entry in entries if (event := head.state[entry]) is not None}


async def current_event(ctx: RoomsContext, room: Room, entry: StateEntry) -> Pdu | None:
    """Return one event of the room's current state."""
    return (await current_events(ctx, room, [entry])).get(entry)


async def membership_of(ctx: RoomsContext, room: Room, user_id: UserId) -> str | None:
    """Return somebody's membership of a room; None where there never was one."""
    return membership_in(await current_event(ctx, room, member_entry(user_id)))


def membership_in(event: Pdu | None) -> str | None:
    """Return the membership that a member event says."""
    membership = None if event is None else event.content.get("membership")
    return membership if isinstance(membership, str) else None


async def power_levels_in(ctx: RoomsContext, room: Room) -> PowerLevels:
    """Return the room's current power levels."""
    return power_levels_of(room.version, await current_events(ctx, room, [CREATE, POWER_LEVELS]))


async def may_send_state(ctx: RoomsContext, room: Room, user_id: UserId, type_: str) -> bool:
    """Tell whether a joined user has the power to send a type of state event."""
    if await membership_of(ctx, room, user_id) != "join":
        return False
    levels = await power_levels_in(ctx, room)
    return levels.user(user_id) >= levels.for_event(type_, is_state=True)


async def text_in(ctx: RoomsContext, room: Room, entry: StateEntry, key: str) -> str | None:
    """Return a text from the content of a state event; None where there is no such text."""
    event = await current_event(ctx, room, entry)
    value = None if event is None else event.content.get(key)
    return value if isinstance(value, str) else None
