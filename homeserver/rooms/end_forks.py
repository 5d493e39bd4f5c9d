"""Bring the ends of a room's graph together, before an event would have to name too many of them.

An event names at most ten prev events. In a room with more ends than that, a dummy event of a user of ours
names ten of them; no client shows it.
"""

from collections.abc import Sequence
from typing import Final

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.auth_rules import check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.hashes import reference_hash
from federation.protocol.ids import UserId
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from homeserver.rooms.build_event import CREATE, chosen_event_id, needed_entries
from homeserver.rooms.check_event import load_pdu
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import entries_of, states_after
from homeserver.rooms.heads import MAX_PREV_EVENTS
from homeserver.rooms.incoming import look_up
from homeserver.rooms.place_event import place
from homeserver.rooms.resolve_state import Resolver
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid, select_head
from homeserver.storage.extremities import select_forked_rooms, select_local_members
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import select_state_key_nids

DUMMY: Final = "org.matrix.dummy_event"
MAX_SENDERS: Final = 10
"""How many users are tried: the power levels say who may send."""
MAX_ROOMS: Final = 100
MAX_DUMMIES: Final = 10


async def end_forks_everywhere(ctx: RoomsContext) -> int:
    """End forks in the rooms that have the most; return how many events that took. For a periodic job."""
    async with ctx.db.acquire() as conn:
        forked = await select_forked_rooms(conn, MAX_PREV_EVENTS, MAX_ROOMS)
    sent = [await end_forks(ctx, room) for room in (await ctx.names.rooms(forked)).values()]
    return sum(sent)


async def end_forks(ctx: RoomsContext, room: Room) -> int:
    """Send dummy events until a room has few enough ends, as users of ours who may; return how many.

    Raises: ResolutionImpossible, DatabaseUnavailable.
    """
    async with ctx.db.acquire() as conn:
        senders = await select_local_members(conn, room.nid, ctx.server_name, MAX_SENDERS)
    sent = 0
    while senders and sent < MAX_DUMMIES:
        async with ctx.db.acquire() as conn:
            ends = await _oldest_ends(conn, room)
            dummy = await _build_dummy(ctx, conn, room, senders[0], ends) if ends else None
        if not ends:
            break
        if dummy is not None and await _send(ctx, room, dummy):
            sent += 1
        else:
            senders.pop(0)
    return sent


async def _oldest_ends(conn: Connection, room: Room) -> list[StoredEvent]:
    """Return the forward extremities that one event can bring together; none where they are few enough."""
    head = await select_head(conn, room.nid)
    if head is None or head.extremities is None or len(head.extremities) <= MAX_PREV_EVENTS:
        return []
    ends = await select_events_by_nid(conn, head.extremities)
    return sorted(ends.values(), key=lambda event: event.place)[:MAX_PREV_EVENTS]


async def _build_dummy(
    ctx: RoomsContext, conn: Connection, room: Room, sender: UserId, ends: Sequence[StoredEvent]
) -> Pdu | None:
    """Build an event upon these, None where the sender may not send it there."""
    version, draft = room.version, EventDraft(DUMMY, sender, {})
    states = await states_after(conn, room, ends)
    before = await Resolver(room, ctx.resolving).resolve(conn, list(states.values()))
    keys = await select_state_key_nids(conn, needed_entries(version, draft))
    entries = await entries_of(conn, room, before, keys.values())
    stored = await select_events_by_nid(conn, list(entries.values()))
    state = {entry: load_pdu(room, stored[entries[key]]) for entry, key in keys.items() if key in entries}
    prevs = [load_pdu(room, event) for event in ends]
    auth = [p for entry, p in state.items() if not (version.room_id_is_create_hash and entry == CREATE)]
    hashes = None
    if version.references_have_hashes:
        hashes = {pdu.event_id: reference_hash(version, pdu.json) for pdu in (*prevs, *auth)}
    dummy = build_pdu(
        version, draft, room_id=room.room_id, prev_events=[pdu.event_id for pdu in prevs],
        auth_events=[pdu.event_id for pdu in auth], depth=1 + max(pdu.depth for pdu in prevs),
        origin_server_ts=ctx.clock.now_ms(), server_name=ctx.server_name, key=ctx.author.key,
        event_id=chosen_event_id(version, ctx.author), reference_hashes=hashes,
    )  # fmt: skip
    try:
        check_state_dependent(version, dummy, state)
    except AuthRuleError:
        return None
    return dummy


async def _send(ctx: RoomsContext, room: Room, dummy: Pdu) -> bool:
    incoming = await look_up(ctx, room, dummy)
    return not isinstance(incoming, Verdict) and (await place(ctx, incoming)).outcome is Outcome.ACCEPTED
