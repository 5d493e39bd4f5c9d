"""The authorization checks on an event of others: by its auth events, by the state before it, by the current.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.auth_events import CREATE, POWER_LEVELS, state_types_for_auth
from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, create_event_id_of, pdu_from_stored
from homeserver.rooms.event_states import State, entries_of_states
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, select_events_by_nid
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry, select_state_key_nids

ACCEPTED = Verdict(Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What an event names as its auth events, and which of these were rejected."""

    auth_events: Mapping[EventId, Pdu]
    rejected: frozenset[EventId]

    @property
    def state(self) -> dict[StateEntry, Pdu]:
        return {pdu.state_entry: pdu for pdu in self.auth_events.values() if pdu.is_state}


def authorization_from_stored(room: Room, known: Mapping[EventId, StoredEvent], pdu: Pdu) -> Authorization:
    """Return what authorises an event, all of it stored, with the create event where that is not named."""
    wanted = [*pdu.auth_events, *implied_auth_events(room, pdu)]
    return Authorization(
        {event_id: load_pdu(room, known[event_id]) for event_id in wanted},
        frozenset(event_id for event_id in wanted if known[event_id].status == EventStatus.REJECTED),
    )


def implied_auth_events(room: Room, pdu: Pdu) -> tuple[EventId, ...]:
    """Return the create event of a room whose id names it, for all other events of that room."""
    if not room.version.room_id_is_create_hash or pdu.type == "m.room.create":
        return ()
    return (create_event_id_of(room.room_id),)


def check_by_auth_events(room: Room, pdu: Pdu, authorization: Authorization) -> Verdict:
    """Check an event by what it names itself. Events of other rooms among that are refused."""
    try:
        if pdu.room_id != room.room_id:
            return Verdict(Outcome.REJECTED, "the event is of another room")
        check_auth_events(room.version, pdu, authorization.auth_events, authorization.rejected)
        check_state_dependent(room.version, pdu, authorization.state)
    except AuthRuleError as refusal:
        return Verdict(Outcome.REJECTED, str(refusal))
    return ACCEPTED


async def entries_for_check(
    conn: Connection, room: Room, pdu: Pdu, states: Sequence[State]
) -> list[dict[StateEntry, Pdu]]:
    """Return, per state, the entries that decide on an event; nothing else of the states is read."""
    wanted = {CREATE, POWER_LEVELS, *state_types_for_auth(room.version, pdu)}
    keys = await select_state_key_nids(conn, sorted(wanted))
    found = await entries_of_states(conn, room, states, sorted(keys.values()))
    stored = await select_events_by_nid(conn, sorted({nid for entries in found for nid in entries.values()}))
    pdus = {nid: load_pdu(room, event) for nid, event in stored.items()}
    return [{entry: pdus[entries[key]] for entry, key in keys.items() if key in entries} for entries in found]


def check_by_state(
    room: Room, pdu: Pdu, state: Mapping[StateEntry, Pdu], failing: Outcome = Outcome.REJECTED
) -> Verdict:
    """Check an event by the entries of a state; `failing` is the outcome if it does not pass."""
    try:
        check_state_dependent(room.version, pdu, state)
    except AuthRuleError as refusal:
        return Verdict(failing, str(refusal))
    return ACCEPTED


def load_pdu(room: Room, event: StoredEvent) -> Pdu:
    """Decode a stored event of a room."""
    return pdu_from_stored(room.version, event.json, event.event_id, room.room_id)
