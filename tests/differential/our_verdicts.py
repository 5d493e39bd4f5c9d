"""Runs a graph of events through our protocol core, as a server without storage would receive them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from federation.protocol.auth_events import CREATE, StateKey
from federation.protocol.auth_rules import check_auth_events, check_state_dependent, may_apply_redaction
from federation.protocol.errors import AuthRuleError, FormatError, SignatureError
from federation.protocol.event_signatures import check_event_signature, required_signers
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, create_event_id_of, parse_pdu
from federation.protocol.redaction import redact
from federation.protocol.room_versions import RoomVersion
from federation.protocol.state_resolution import resolve
from homeserver.json_types import JsonObject
from tests.differential.graph import Graph, GraphVerdicts, SignerKeys, Verdict, listed

State: TypeAlias = dict[StateKey, EventId]


def our_verdicts(graph: Graph) -> GraphVerdicts:
    """Return what our core says of every event of a graph, and of the states to resolve."""
    server = OurServer(graph.version, graph.keys)
    verdicts = [server.receive(event_json) for event_json in graph.events]
    resolved = [
        listed(server.resolved(EventId(verdicts[index].event_id) for index in indexes))
        for indexes in graph.resolve
    ]
    return GraphVerdicts(verdicts, resolved)


@dataclass
class OurServer:
    """What a server knows of a room. `known` has rejected events too; `state_after` is theirs likewise."""

    version: RoomVersion
    keys: SignerKeys
    known: dict[EventId, Pdu] = field(default_factory=dict)
    rejected: set[EventId] = field(default_factory=set)
    state_after: dict[EventId, State] = field(default_factory=dict)

    def receive(self, event_json: JsonObject) -> Verdict:
        """Take an event through every check and keep it, unless it is dropped."""
        try:
            pdu = self._checked(event_json)
        except (FormatError, SignatureError) as error:
            return Verdict("dropped", str(error))
        missing = [i for i in (*pdu.prev_events, *pdu.auth_events) if i not in self.known]
        if missing:
            return Verdict("dropped", f"unknown {missing}")
        before = self.resolved(pdu.prev_events)
        verdict = self._judged(pdu, before)
        self._keep(pdu, before, verdict)
        return verdict

    def resolved(self, event_ids: Iterable[EventId]) -> State:
        """Return the state that follows from those after some events. Events that were dropped count not."""
        states = [self.state_after[event_id] for event_id in event_ids if event_id in self.state_after]
        distinct = [state for index, state in enumerate(states) if state not in states[:index]]
        if len(distinct) < 2:
            return dict(distinct[0]) if distinct else {}
        return resolve(self.version, distinct, self.known, self.rejected)

    def state_events(self, state: Mapping[StateKey, EventId]) -> dict[StateKey, Pdu]:
        """Return a state with its events."""
        return {key: self.known[event_id] for key, event_id in state.items()}

    def _checked(self, event_json: JsonObject) -> Pdu:
        room_id = next((pdu.room_id for pdu in self.known.values()), None)
        pdu = parse_pdu(self.version, event_json, room_id=room_id)
        for server in required_signers(self.version, pdu):
            self._check_signed_by(pdu, server)
        if has_valid_content_hash(self.version, pdu.json):
            return pdu
        return parse_pdu(self.version, redact(self.version, pdu.json))

    def _check_signed_by(self, pdu: Pdu, server: str) -> None:
        """Check the first signature of a server that is made with a key we know."""
        for key_id, public_key in self.keys.get(server, {}).items():
            check_event_signature(self.version, pdu.json, server, key_id, public_key)
            return
        raise SignatureError(f"no key of {server} is known")

    def _judged(self, pdu: Pdu, before: State) -> Verdict:
        redacted = redact(self.version, pdu.json)
        several = listed(before) if len(pdu.prev_events) > 1 else None
        verdict = Verdict("accepted", "", pdu.event_id, redacted, several)
        try:
            check_auth_events(self.version, pdu, self.known, self.rejected)
            check_state_dependent(self.version, pdu, self._auth_state(pdu))
            check_state_dependent(self.version, pdu, self.state_events(before))
        except AuthRuleError as error:
            verdict.outcome, verdict.reason = "rejected", str(error)
            return verdict
        verdict.takes_effect = self._takes_effect(pdu, before)
        return verdict

    def _takes_effect(self, pdu: Pdu, before: State) -> bool | None:
        target = self.known.get(pdu.redacts) if pdu.redacts else None
        if target is None or target.event_id in self.rejected or self.version.redaction_auth_rule:
            return None
        return may_apply_redaction(self.version, pdu, target, self.state_events(before))

    def _auth_state(self, pdu: Pdu) -> dict[StateKey, Pdu]:
        events = [self.known[event_id] for event_id in pdu.auth_events]
        state = {event.state_entry: event for event in events if event.is_state}
        create = self.known.get(create_event_id_of(pdu.room_id))
        if self.version.room_id_is_create_hash and create is not None:
            state[CREATE] = create
        return state

    def _keep(self, pdu: Pdu, before: State, verdict: Verdict) -> None:
        self.known.setdefault(pdu.event_id, pdu)
        if verdict.outcome == "rejected":
            self.rejected.add(pdu.event_id)
        elif pdu.is_state:
            before = {**before, pdu.state_entry: pdu.event_id}
        self.state_after.setdefault(pdu.event_id, before)


def heads_of(server: OurServer, order: Sequence[EventId]) -> list[EventId]:
    """Return the accepted events, in the given order, that no accepted event follows."""
    accepted = [event_id for event_id in order if event_id not in server.rejected]
    followed = {prev for event_id in accepted for prev in server.known[event_id].prev_events}
    return [event_id for event_id in accepted if event_id not in followed]
