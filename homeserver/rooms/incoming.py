"""An event of others with all that it refers to, looked up; or the reason why it cannot be decided on."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.rooms.check_event import Authorization, authorization_from_stored, implied_auth_events
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import describe_events
from homeserver.rooms.event_states import State
from homeserver.storage import persist
from homeserver.storage.auth_chains import select_auth_heights
from homeserver.storage.commit import NewEvent
from homeserver.storage.events import StoredEvent, select_events
from homeserver.storage.persist import Outliers
from homeserver.storage.rooms import Room


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event to be checked and given a place.

    `own_nid` is its number where it is stored already; `states_after` has the states after those prev events
    that are not stored with one. `objection` says why it is not accepted although the rules allow it.
    """

    event: NewEvent
    own_nid: int | None
    prevs: tuple[StoredEvent, ...]
    authorization: Authorization
    states_after: Mapping[EventId, State]
    relay: bool
    objection: str = ""

    @property
    def room(self) -> Room:
        return self.event.room

    @property
    def pdu(self) -> Pdu:
        return self.event.pdu


async def look_up(
    ctx: RoomsContext,
    room: Room,
    pdu: Pdu,
    *,
    relay: bool = False,
    states_after: Mapping[EventId, State] | None = None,
    is_history: bool = False,
) -> Incoming | Verdict:
    """Return an event with what it refers to; a state event is stored as an outlier then.

    A verdict instead where the event is known, what it refers to is not, or that is of another room. Only in
    history is there a create event, and only one that came with the state of the room.
    """
    states = states_after or {}
    implied = implied_auth_events(room, pdu)
    async with ctx.db.acquire() as conn:
        known = await select_events(conn, [pdu.event_id, *pdu.prev_events, *pdu.auth_events, *implied])
        heights = await select_auth_heights(conn, [e.event_nid for e in known.values()])
    own = known.pop(pdu.event_id, None)
    if pdu.room_id != room.room_id or any(event.room_nid != room.nid for event in known.values()):
        return Verdict(Outcome.REJECTED, "refers to events of another room")
    if own is not None and (own.has_place or own.room_nid != room.nid):
        return Verdict(Outcome.KNOWN)
    is_begin = is_history and pdu.type == "m.room.create" and own is not None
    if not pdu.prev_events and not is_begin:
        return Verdict(Outcome.REJECTED, "names no event before it")
    missing = _missing(pdu, known, (*pdu.auth_events, *implied), states)
    if missing:
        return Verdict(Outcome.MISSING, "refers to events that are not known", missing)
    by_id = {event.event_id: heights.get(event.event_nid, 0) for event in known.values()}
    [event] = await describe_events(ctx, room, [pdu], by_id)
    own_nid = own.event_nid if own is not None else await _store_state_event(ctx, event)
    prevs = tuple(known[e] for e in dict.fromkeys(pdu.prev_events) if e not in states)
    return Incoming(event, own_nid, prevs, authorization_from_stored(room, known, pdu), states, relay)


def _missing(
    pdu: Pdu,
    known: Mapping[EventId, StoredEvent],
    auth_events: tuple[EventId, ...],
    states_after: Mapping[EventId, State],
) -> tuple[EventId, ...]:
    """Return what has to be stored first: auth events in any way, prev events with a state."""
    prevs = [
        e for e in pdu.prev_events if e not in states_after and (e not in known or not known[e].has_place)
    ]
    return tuple(dict.fromkeys((*prevs, *(e for e in auth_events if e not in known))))


async def _store_state_event(ctx: RoomsContext, event: NewEvent) -> int | None:
    """Store a state event as an outlier, so that state resolution finds it. Messages are stored at once."""
    if event.key_nid is None:
        return None
    outliers = Outliers()
    outliers.add(event)
    async with ctx.db.transaction() as conn:
        return (await persist.insert_outliers(conn, event.room.nid, outliers)).get(event.pdu.event_id)
