"""A graph of events that two implementations are asked about, and what one of them says of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias

from federation.protocol.auth_events import StateKey
from federation.protocol.ids import EventId
from federation.protocol.room_versions import RoomVersion
from federation.protocol.signing import encode_base64
from homeserver.json_types import JsonObject

SignerKeys: TypeAlias = Mapping[str, Mapping[str, bytes]]
"""The public keys of each server by their ids."""
ListedState: TypeAlias = list[list[str]]
"""A state as sorted triples of type, state key and event id."""


@dataclass
class Graph:
    """Events in the order in which they are received, and the sets of events whose states are resolved.

    `resolve` has lists of indexes into `events`.
    """

    version: RoomVersion
    keys: SignerKeys
    events: list[JsonObject] = field(default_factory=list)
    resolve: list[list[int]] = field(default_factory=list)

    def to_json(self) -> JsonObject:
        """Return the request for the other implementation."""
        keys = {
            server: {key_id: encode_base64(key) for key_id, key in keys.items()}
            for server, keys in self.keys.items()
        }
        return {
            "version": self.version.identifier,
            "keys": keys,
            "events": list(self.events),
            "resolve": list(self.resolve),
        }


@dataclass
class Verdict:
    """What an implementation makes of one event.

    `outcome` is accepted, rejected, dropped or crashed. `redacted` is the event as it would be redacted,
    `state_before` the state before it where it has several previous events, `takes_effect` says whether an
    accepted redaction of room version 3 or later may redact its target.
    """

    outcome: str
    reason: str
    event_id: str = ""
    redacted: JsonObject | None = None
    state_before: ListedState | None = None
    takes_effect: bool | None = None

    def compared(self) -> JsonObject:
        """Return what must be equal: for an event that is not accepted, that alone."""
        if self.outcome != "accepted":
            return {"outcome": "refused"}
        compared: JsonObject = {**asdict(self), "reason": ""}
        return compared


@dataclass
class GraphVerdicts:
    """What an implementation makes of a graph; `crash` says why it could not go on to its end."""

    events: list[Verdict]
    resolved: list[ListedState]
    crash: str = ""


def listed(state: Mapping[StateKey, EventId]) -> ListedState:
    """Write a state so that equal states are equal JSON."""
    return sorted([event_type, state_key, event_id] for (event_type, state_key), event_id in state.items())
