"""Take over a room from a server that is in it: the first join of a user of ours, or the first again.

The events are stored in bounded batches, and most of the state with them: nobody here can read the room yet.
One commit then shows the join with the state before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from federation.ports.rooms import Outcome
from federation.protocol.auth_events import CREATE, state_types_for_auth
from federation.protocol.ids import RoomId, ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from homeserver.rooms.check_event import (
    authorization_from_stored,
    check_by_auth_events,
    check_by_state,
    implied_auth_events,
    load_pdu,
)
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import describe_events
from homeserver.rooms.place_event import TOPO_GAP
from homeserver.rooms.receive_after_gap import StateEventsMissing, entries_of_event_ids, receive_after_gap
from homeserver.rooms.store_outliers import store_outliers
from homeserver.storage import adoption, persist
from homeserver.storage.auth_chains import select_auth_heights
from homeserver.storage.backward_extremities import insert_backward_extremities
from homeserver.storage.commit import NewEvent
from homeserver.storage.events import EventStatus, select_events, select_head
from homeserver.storage.partial_joins import PartialRoom, upsert_partial_join
from homeserver.storage.persist import Outliers, Placement
from homeserver.storage.positions import Change, Stream
from homeserver.storage.rooms import Room, next_room_nid
from homeserver.storage.state import (
    count_local_members,
    select_local_members_of_entries,
    select_state_versions,
)

ENTRIES_PER_TRANSACTION: Final = 1_000


class AdoptionRefused(Exception):
    """What a server told of a room is not fit to be believed; the message says why."""


@dataclass(frozen=True, slots=True)
class PartialJoin:
    """The members were left out of the state: by whom, and which servers it says are in the room."""

    joined_via: ServerName
    servers: tuple[ServerName, ...]


@dataclass(frozen=True, slots=True)
class _Adoption:
    """A join that has passed the checks, and the state before it: key -> event, by number."""

    room: Room
    join: NewEvent
    join_nid: int
    entries: Mapping[int, int]
    partial: PartialJoin | None


async def adopt_room(
    ctx: RoomsContext,
    room_id: RoomId,
    version: RoomVersion,
    join: Pdu,
    state: Sequence[Pdu],
    auth_chain: Sequence[Pdu],
    *,
    partial: PartialJoin | None,
) -> Committed:
    """Store a room as it was before the join of a user of this server, and the join upon it.

    Format, signatures and hashes have been checked. Each event is checked by its auth events: those that fail
    do not count as state. Where another user of this server has joined meanwhile, the join is received like
    any other event.

    Raises: AdoptionRefused where the create event or auth events lack, where two events have the same key, or
    where the join is not allowed; ResolutionImpossible, DatabaseUnavailable.
    """
    _check_answer(room_id, version, state)
    room = await _know_room(ctx, room_id, version)
    verdicts = await store_outliers(ctx, room, [*auth_chain, *state])
    for verdict in verdicts.values():
        if verdict.outcome is Outcome.MISSING:
            raise AdoptionRefused(f"auth events lack, such as {verdict.missing[0]}")
    adopted = await _check_join(ctx, room, join, state, partial)
    position = None
    if await _may_write_ahead(ctx, room):
        if partial is None:
            await _write_ahead(ctx, adopted)
        position = await _commit(ctx, adopted)
    ctx.heads.drop(room.nid)
    if position is None:
        position = await _receive(ctx, room, join, state)
    return Committed(join.event_id, position)


def _check_answer(room_id: RoomId, version: RoomVersion, state: Sequence[Pdu]) -> None:
    if any(pdu.state_key is None or pdu.room_id != room_id for pdu in state):
        raise AdoptionRefused("the state holds what is not a state event of the room")
    entries = {pdu.state_entry: pdu for pdu in state}
    if len(entries) < len(state):
        raise AdoptionRefused("two events of the state have the same key")
    create = entries.get(CREATE)
    if create is None:
        raise AdoptionRefused("the state has no create event")
    if create.content.get("room_version", "1") != version.identifier:
        raise AdoptionRefused("the create event names another room version")


async def _know_room(ctx: RoomsContext, room_id: RoomId, version: RoomVersion) -> Room:
    room = await ctx.names.room(room_id)
    async with ctx.db.acquire() as conn:
        if room is None:
            await adoption.insert_room(conn, Room(await next_room_nid(conn), room_id, version))
        elif room.version != version:
            await adoption.update_room_version(conn, room.nid, version.identifier)
            ctx.names.remember_room(Room(room.nid, room_id, version))
    room = await ctx.names.room(room_id)
    assert room is not None
    if room.version != version:
        raise AdoptionRefused("the room is known with another version")
    return room


async def _check_join(
    ctx: RoomsContext, room: Room, join: Pdu, state: Sequence[Pdu], partial: PartialJoin | None
) -> _Adoption:
    """Check the join by its auth events and by the state, and store it as an outlier."""
    wanted = [*join.auth_events, *implied_auth_events(room, join)]
    async with ctx.db.acquire() as conn:
        known = await select_events(conn, wanted)
        heights = await select_auth_heights(conn, [event.event_nid for event in known.values()])
        try:
            entries = await entries_of_event_ids(conn, room, [pdu.event_id for pdu in state])
        except StateEventsMissing as error:
            raise AdoptionRefused(str(error)) from error
        nids = set(entries.values())
        deciding = {*state_types_for_auth(room.version, join), CREATE}
        loaded = await select_events(conn, [pdu.event_id for pdu in state if pdu.state_entry in deciding])
    if any(event_id not in known or known[event_id].room_nid != room.nid for event_id in wanted):
        raise AdoptionRefused("the auth events of the join are not known")
    authorization = authorization_from_stored(room, known, join)
    before = {
        pdu.state_entry: pdu
        for event in loaded.values()
        if event.event_nid in nids and (pdu := load_pdu(room, event)).is_state
    }
    if partial is not None:
        before = {**authorization.state, **before}
    for verdict in (check_by_auth_events(room, join, authorization), check_by_state(room, join, before)):
        if verdict.outcome is not Outcome.ACCEPTED:
            raise AdoptionRefused(f"the join is not allowed: {verdict.reason}")
    by_id = {event.event_id: heights.get(event.event_nid, 0) for event in known.values()}
    [event] = await describe_events(ctx, room, [join], by_id)
    outliers = Outliers()
    outliers.add(event)
    async with ctx.db.transaction() as conn:
        stored = await persist.insert_outliers(conn, room.nid, outliers)
    if join.event_id not in stored:
        raise AdoptionRefused("the join is an event of another room")
    return _Adoption(room, event, stored[join.event_id], entries, partial)


async def _may_write_ahead(ctx: RoomsContext, room: Room) -> bool:
    async with ctx.db.acquire() as conn:
        return await count_local_members(conn, room.nid, ctx.server_name) == 0


async def _write_ahead(ctx: RoomsContext, adopted: _Adoption) -> None:
    """Make the state current, batch by batch, but for the memberships of this server's own users.

    They would show it before the join is there; of the others nobody here takes notice.
    """
    room = adopted.room
    async with ctx.db.acquire() as conn:
        changes = await adoption.select_unlike_current(conn, room.nid, adopted.entries)
        own = await select_local_members_of_entries(conn, list(changes), ctx.server_name)
        position = await adoption.next_position(conn)
    keys = sorted(changes.keys() - set(own.values()))
    for start in range(0, len(keys), ENTRIES_PER_TRANSACTION):
        batch = {key: changes[key] for key in keys[start : start + ENTRIES_PER_TRANSACTION]}
        async with ctx.db.transaction() as conn:
            await persist.change_states(conn, room.nid, position, batch)


async def _commit(ctx: RoomsContext, adopted: _Adoption) -> int | None:
    """Show the join with the state before it; None where a user of this server is in the room already."""
    room, join = adopted.room, adopted.join
    async with ctx.positions.write() as change:
        conn = change.conn
        if await count_local_members(conn, room.nid, ctx.server_name) > 0:
            return None
        head = await select_head(conn, room.nid)
        changes = await adoption.select_unlike_current(conn, room.nid, adopted.entries)
        await persist.change_states(conn, room.nid, change.position, changes)
        change.position = await adoption.next_position(conn)
        topo, count = (head.topo, head.notify_count) if head is not None else (0, 0)
        placement = Placement(EventStatus.ACCEPTED, change.position, topo + TOPO_GAP, count)
        if await persist.place_event(conn, join, placement) is None:
            raise AdoptionRefused("the join is in the room already")
        assert join.key_nid is not None
        await persist.change_states(conn, room.nid, change.position, {join.key_nid: adopted.join_nid})
        await _note_what_lacks(change, adopted)
        own = await select_local_members_of_entries(conn, [*changes, join.key_nid], ctx.server_name)
        kinds = Stream.EVENTS if adopted.partial is None else Stream.EVENTS | Stream.ROOM_META
        change.touch(kinds, rooms=[room.nid], users=own)
        return change.position


async def _note_what_lacks(change: Change, adopted: _Adoption) -> None:
    """Note where the history can be asked for, and that the members have yet to be."""
    conn, room, pdu = change.conn, adopted.room, adopted.join.pdu
    known = await select_events(conn, pdu.prev_events)
    lacking = [e for e in pdu.prev_events if e not in known or not known[e].has_place]
    await insert_backward_extremities(conn, room.nid, {e: [adopted.join_nid] for e in lacking})
    if adopted.partial is None:
        return
    before = change.position - 1
    base = (await select_state_versions(conn, room.nid, [before]))[before]
    via, servers = adopted.partial.joined_via, adopted.partial.servers
    await upsert_partial_join(conn, PartialRoom(room.nid, adopted.join_nid, base, via, servers))


async def _receive(ctx: RoomsContext, room: Room, join: Pdu, state: Sequence[Pdu]) -> int:
    """Take the join as an event of a room that this server is in by now."""
    async with ctx.db.acquire() as conn:
        known = await select_events(conn, join.prev_events)
    event_ids = [pdu.event_id for pdu in state]
    lacking = [e for e in join.prev_events if e not in known or not known[e].has_place]
    verdict = await receive_after_gap(ctx, room, join, dict.fromkeys(lacking, event_ids))
    if verdict.outcome not in (Outcome.ACCEPTED, Outcome.KNOWN):
        raise AdoptionRefused(f"the join is not allowed: {verdict.reason}")
    async with ctx.db.acquire() as conn:
        stored = (await select_events(conn, [join.event_id]))[join.event_id]
    if stored.position is None:
        raise AdoptionRefused("the join is not allowed by the room's current state")
    return stored.position
