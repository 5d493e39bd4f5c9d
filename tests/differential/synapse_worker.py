"""Answers, with an installed Synapse, what becomes of graphs of events: JSON lines in, JSON lines out.

Run by the Python of Synapse's environment, so it imports nothing of this project. It drives Synapse's own
checks in the order in which a server receives an event, and its own state resolution.
"""

import json
import sys
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from synapse import event_auth
from synapse.api.constants import EventTypes
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS, StateResolutionVersions
from synapse.crypto.event_signing import check_event_content_hash
from synapse.crypto.keyring import VerifyJsonRequest
from synapse.events import EventBase, make_event_from_dict
from synapse.events.utils import prune_event
from synapse.federation.federation_base import _check_sigs_on_pdu, event_from_pdu_json
from synapse.state import v1, v2
from synapse.storage.databases.main.event_federation import StateDifference
from synapse.types import get_domain_from_id
from unpaddedbase64 import decode_base64

MAX_PREV_EVENTS = 20
MAX_AUTH_EVENTS = 10

State = dict[tuple[str, str], str]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits for anything."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    raise RuntimeError("the coroutine waits for something")


class Keyring:
    """Verifies events by the keys of the request."""

    def __init__(self, keys: dict[str, dict[str, str]]) -> None:
        self._keys = {
            (server, key_id): decode_verify_key_bytes(key_id, decode_base64(key))
            for server, of_server in keys.items()
            for key_id, key in of_server.items()
        }

    async def verify_event_for_server(self, server: str, event: EventBase, validity_time: int) -> None:
        request = VerifyJsonRequest.from_event(server, event, validity_time)
        known = [self._keys[server, key_id] for key_id in request.key_ids if (server, key_id) in self._keys]
        if not known:
            raise ValueError(f"no key of {server} is known")
        for key in known:
            verify_signed_json(request.get_json_object(), server, key)


class Clock:
    """Lets state resolution believe that it gives way to others."""

    async def sleep(self, _duration: object) -> None:
        return


class Room:
    """What a server knows of the room: events, which were rejected, and the state after each."""

    def __init__(self, version: str, keyring: Keyring) -> None:
        self.version = KNOWN_ROOM_VERSIONS[version]
        self.keyring = keyring
        self.known: dict[str, EventBase] = {}
        self.state_after: dict[str, State] = {}

    def receive(self, event_json: dict[str, Any]) -> dict[str, Any]:
        """Take an event through every check and keep it, unless it is dropped."""
        try:
            event = self._checked(event_json)
        except Exception as error:  # noqa: BLE001 - whatever Synapse raises, the event is not taken
            return {"outcome": "dropped", "reason": repr(error)}
        named = [*event.prev_event_ids(), *event.auth_event_ids()]
        if missing := [event_id for event_id in named if event_id not in self.known]:
            return {"outcome": "dropped", "reason": f"unknown {missing}"}
        before = self.resolved(event.prev_event_ids())
        verdict: dict[str, Any] = {"outcome": "accepted", "reason": "", "event_id": event.event_id}
        verdict["redacted"] = prune_event(event).get_pdu_json()
        verdict["redacted"].pop("unsigned", None)
        verdict["state_before"] = _listed(before) if len(event.prev_event_ids()) > 1 else None
        try:
            run(event_auth.check_state_independent_auth_rules(self, event))
            event_auth.check_state_dependent_auth_rules(event, self._events(event.auth_event_ids()))
            event_auth.check_state_dependent_auth_rules(event, self._events(before.values()))
            verdict["takes_effect"] = self._redaction_takes_effect(event, before)
        except Exception as error:  # noqa: BLE001 - a crash is a refusal too
            verdict["outcome"], verdict["reason"] = "rejected", repr(error)
        self._keep(event, before, verdict)
        return verdict

    def resolved(self, event_ids: Iterable[str]) -> State:
        """Return the state that follows from those after some events."""
        states = [self.state_after[event_id] for event_id in event_ids if event_id in self.state_after]
        distinct = [state for index, state in enumerate(states) if state not in states[:index]]
        if len(distinct) < 2:
            return dict(distinct[0]) if distinct else {}
        room_id = next(iter(self.known.values())).room_id
        if self.version.state_res == StateResolutionVersions.V1:
            resolution = v1.resolve_events_with_store(room_id, self.version, distinct, None, self.get_events)
        else:
            resolution = v2.resolve_events_with_store(Clock(), room_id, self.version, distinct, None, self)
        return dict(run(resolution))

    async def get_events(
        self, event_ids: Iterable[str], *_args: object, **_kwargs: object
    ) -> dict[str, EventBase]:
        """Look events up, as Synapse's stores do."""
        return {event_id: self.known[event_id] for event_id in event_ids if event_id in self.known}

    async def get_auth_chain_difference(
        self,
        _room_id: str,
        state_sets: list[set[str]],
        conflicted_state: set[str] | None,
        further_conflicted: set[str] | None,
    ) -> StateDifference:
        """Walk the auth chains, as Synapse's stores do with an index."""
        chains = [self._reachable(state_set) for state_set in state_sets]
        difference = set().union(*chains) - set(chains[0]).intersection(*chains[1:])
        subgraph = None
        if conflicted_state is not None:
            subgraph = self._between(conflicted_state | (further_conflicted or set()))
        return StateDifference(auth_difference=difference, conflicted_subgraph=subgraph)

    def _checked(self, event_json: dict[str, Any]) -> EventBase:
        event = event_from_pdu_json(event_json, self.version)
        event_auth.validate_event_for_room_version(event)
        if self.known and event.room_id != next(iter(self.known.values())).room_id:
            raise ValueError("the event is of another room")
        if len(event.prev_event_ids()) > MAX_PREV_EVENTS or len(event.auth_event_ids()) > MAX_AUTH_EVENTS:
            raise ValueError("too many references")
        run(_check_sigs_on_pdu(self.keyring, self.version, event))
        return event if check_event_content_hash(event) else prune_event(event)

    def _redaction_takes_effect(self, event: EventBase, before: State) -> bool | None:
        if event.type != EventTypes.Redaction or int(self.version.identifier) < 3:
            return None
        target = self.known.get(event.redacts) if isinstance(event.redacts, str) else None
        if target is None or target.rejected_reason is not None:
            return None
        state = {key: self.known[event_id] for key, event_id in before.items()}
        if not event_auth.check_redaction(self.version, event, state):
            return True
        return bool(get_domain_from_id(event.sender) == get_domain_from_id(target.sender))

    def _keep(self, event: EventBase, before: State, verdict: dict[str, Any]) -> None:
        if verdict["outcome"] == "rejected":
            event = make_event_from_dict(event.get_pdu_json(), self.version, None, verdict["reason"])
        elif event.is_state():
            before = {**before, (event.type, event.state_key): event.event_id}
        self.known.setdefault(event.event_id, event)
        self.state_after.setdefault(event.event_id, before)

    def _events(self, event_ids: Iterable[str]) -> list[EventBase]:
        return [self.known[event_id] for event_id in event_ids]

    def _reachable(self, start: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(start)
        while waiting:
            event_id = waiting.pop()
            if event_id not in found:
                found.add(event_id)
                waiting += self.known[event_id].auth_event_ids()
        return found

    def _between(self, conflicted: set[str]) -> set[str]:
        """Return the events from which, and to which, conflicted events can be reached."""
        backwards = self._reachable(conflicted)
        leading: set[str] = set(conflicted)
        grown = True
        while grown:
            more = {e for e in backwards - leading if leading.intersection(self.known[e].auth_event_ids())}
            leading |= more
            grown = bool(more)
        return leading


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the verdicts on one graph, as far as they go where state resolution itself crashes."""
    room = Room(request["version"], Keyring(request["keys"]))
    verdicts: list[dict[str, Any]] = []
    resolved: list[list[list[str]]] = []
    try:
        verdicts.extend(room.receive(event_json) for event_json in request["events"])
        resolved.extend(_resolved(room, verdicts, indexes) for indexes in request["resolve"])
    except Exception as error:  # noqa: BLE001 - a room that Synapse cannot go on with
        return {"events": verdicts, "resolved": resolved, "crash": repr(error)}
    return {"events": verdicts, "resolved": resolved}


def _resolved(room: Room, verdicts: Sequence[dict[str, Any]], indexes: Sequence[int]) -> list[list[str]]:
    return _listed(room.resolved(verdicts[index].get("event_id", "") for index in indexes))


def _listed(state: State) -> list[list[str]]:
    return sorted([event_type, state_key, event_id] for (event_type, state_key), event_id in state.items())


def main() -> None:
    """Answer until there are no more requests."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
