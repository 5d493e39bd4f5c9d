"""State resolution on stored states: loads what the pure algorithm needs, and no more.

States are compared by number; only the keys in which they differ, and what authorised them, are read.
"""

from collections.abc import Iterable, Mapping, Sequence

from federation.protocol.auth_events import auth_types_for_event
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, pdu_from_stored
from federation.protocol.state_resolution import resolve
from homeserver.storage.auth_chains import select_auth_chain, select_rejected
from homeserver.storage.db import Connection
from homeserver.storage.events import select_events_by_nid
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry, select_state_key_nids, select_state_keys

State = Mapping[int, int]
"""Key -> event, by number."""

ALWAYS_NEEDED: tuple[StateEntry, ...] = (
    ("m.room.create", ""),
    ("m.room.power_levels", ""),
    ("m.room.join_rules", ""),
)


async def resolve_states(conn: Connection, room: Room, states: Sequence[State]) -> dict[int, int]:
    """Return the one state that follows from several. CPU-heavy only where they conflict.

    Raises: ResolutionTooLarge, AuthChainTooLong.
    """
    first, *others = states
    if all(state == first for state in others):
        return dict(first)
    unconflicted = {key: nid for key, nid in first.items() if all(s.get(key) == nid for s in others)}
    conflicted = [{key: nid for key, nid in s.items() if key not in unconflicted} for s in states]
    chains = [await select_auth_chain(conn, state.values()) for state in conflicted]
    common = await select_auth_chain(conn, unconflicted.values())
    every = frozenset[int]().union(*chains)
    difference = every - frozenset.intersection(*map(frozenset, chains)) - common
    loaded = await _Loaded.load(conn, room, unconflicted, every.union(*(s.values() for s in conflicted)))
    resolved = resolve(
        room.version,
        [loaded.state_map(unconflicted | state) for state in conflicted],
        loaded.pdus,
        {loaded.event_ids[nid] for nid in await select_rejected(conn, loaded.event_ids)},
        auth_difference=[loaded.event_ids[nid] for nid in difference],
    )
    return loaded.by_number(resolved)


class _Loaded:
    """The events that a resolution needs, by number and by id. Others get an id made up of their number."""

    def __init__(self, entries: Mapping[int, StateEntry], pdus: Mapping[int, Pdu]) -> None:
        self._entries = entries
        self.event_ids = {nid: pdu.event_id for nid, pdu in pdus.items()}
        self.pdus = {pdu.event_id: pdu for pdu in pdus.values()}
        self._nids = {event_id: nid for nid, event_id in self.event_ids.items()}
        self._key_nids = {entry: key_nid for key_nid, entry in entries.items()}

    @classmethod
    async def load(
        cls, conn: Connection, room: Room, unconflicted: State, wanted: frozenset[int]
    ) -> "_Loaded":
        """Load events, and what of the unconflicted state may authorise them."""
        pdus = await _load_pdus(conn, room, wanted)
        entries = await select_state_keys(conn, sorted(unconflicted))
        nids = {entry: unconflicted[key] for key, entry in entries.items()}
        needed = {
            nids[entry] for entry in (*ALWAYS_NEEDED, *_auth_entries(room, pdus.values())) if entry in nids
        }
        needed |= await select_auth_chain(conn, needed)
        pdus |= await _load_pdus(conn, room, needed - wanted)
        conflicted = {(pdu.type, pdu.state_key or "") for pdu in pdus.values()}
        by_entry = await select_state_key_nids(conn, sorted(conflicted))
        return cls(entries | {key_nid: entry for entry, key_nid in by_entry.items()}, pdus)

    def state_map(self, state: State) -> dict[StateEntry, EventId]:
        return {self._entries[key]: self._event_id(nid) for key, nid in state.items()}

    def by_number(self, resolved: Mapping[StateEntry, EventId]) -> dict[int, int]:
        return {self._key_nids[entry]: self._nids[event_id] for entry, event_id in resolved.items()}

    def _event_id(self, nid: int) -> EventId:
        """Return an id; one made up for events whose content nobody looks at."""
        event_id = self.event_ids.get(nid)
        if event_id is None:
            event_id = EventId(f"$not-loaded-{nid}")
            self._nids[event_id] = nid
        return event_id


def _auth_entries(room: Room, pdus: Iterable[Pdu]) -> set[StateEntry]:
    return {
        entry
        for pdu in pdus
        for entry in auth_types_for_event(room.version, pdu.type, pdu.sender, pdu.state_key, pdu.content)
    }


async def _load_pdus(conn: Connection, room: Room, nids: Iterable[int]) -> dict[int, Pdu]:
    stored = await select_events_by_nid(conn, sorted(nids))
    return {nid: pdu_from_stored(room.version, e.json, e.event_id, room.room_id) for nid, e in stored.items()}
