"""Builds event graphs event by event, as truthfully or as badly as the actions want it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

from federation.protocol.auth_events import StateKey, auth_types_for_event
from federation.protocol.errors import ProtocolError
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import content_hash, encode_hash, reference_hash
from federation.protocol.ids import EventId, server_name_of
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.protocol.signing import SigningKey, generate_signing_key
from homeserver.json_types import JsonObject, JsonValue
from tests.differential.graph import Graph, Verdict
from tests.differential.our_verdicts import OurServer, State

SERVERS: Final = ("a.example", "b.example", "c.example")
USERS: Final = (
    "@alice:a.example",
    "@bob:b.example",
    "@carol:c.example",
    "@dave:a.example",
    "@erin:b.example",
    "@zoe:c.example",
)
KEYS: Final = {server: generate_signing_key("k", bytes([n + 1] * 32)) for n, server in enumerate(SERVERS)}
START_MS: Final = 1_700_000_000_000

Twist: TypeAlias = Callable[[JsonObject], None]
"""Changes an event before, or after, it is hashed and signed."""


@dataclass
class GraphBuilder:
    """A graph that grows, and what our own core makes of it meanwhile."""

    graph: Graph
    server: OurServer
    accepted: list[EventId] = field(default_factory=list)
    accepted_indexes: list[int] = field(default_factory=list)
    refused: list[EventId] = field(default_factory=list)
    heads: list[EventId] = field(default_factory=list)
    room_id: str = "!room:a.example"

    @classmethod
    def of(cls, version: str) -> "GraphBuilder":
        rules = ROOM_VERSIONS[version]
        keys = {server: {key.key_id: key.public_key} for server, key in KEYS.items()}
        return cls(Graph(rules, keys), OurServer(rules, keys))

    @property
    def version(self) -> RoomVersion:
        return self.graph.version

    def add(
        self,
        rng: Random,
        sender: str,
        event_type: str,
        content: JsonValue,
        state_key: JsonValue = None,
        *,
        before_signing: Twist | None = None,
        after_signing: Twist | None = None,
        signers: tuple[str, ...] = (),
        auth_as: JsonObject | None = None,
        after: list[EventId] | None = None,
    ) -> Verdict:
        """Add an event after some of the heads, or older events, with the twists that an action wants.

        Its auth events are those of an event with the content `auth_as`, where that is given.
        """
        prev_events = self.pick_prev_events(rng) if after is None else after
        event = self._event(rng, sender, event_type, content, state_key, prev_events, auth_as)
        if before_signing is not None:
            before_signing(event)
        self._sign(event, (self._server_of(sender), *signers))
        if after_signing is not None:
            after_signing(event)
        return self._receive(event)

    def pick_prev_events(self, rng: Random) -> list[EventId]:
        """Choose previous events: mostly all heads, at times one of them, or something older."""
        if not self.heads:
            return []
        chance = rng.random()
        if chance < 0.12:
            return [rng.choice(self.accepted)]
        if chance < 0.4 and len(self.heads) < 5:
            return [rng.choice(self.heads)]
        return rng.sample(self.heads, rng.randint(1, len(self.heads))) if chance < 0.6 else list(self.heads)

    def state(self, prev_events: list[EventId] | None = None) -> State:
        """Return the state after some events, by default after all heads."""
        return self.server.resolved(self.heads if prev_events is None else prev_events)

    def current(self, event_type: str, state_key: str = "") -> Pdu | None:
        """Return an event of the state after all heads."""
        event_id = self.state().get((event_type, state_key))
        return self.server.known[event_id] if event_id else None

    def content(self, event_type: str, state_key: str = "") -> JsonObject:
        """Return the content of an event of the state after all heads; empty where there is none."""
        pdu = self.current(event_type, state_key)
        return pdu.content if pdu else {}

    def membership(self, user_id: str) -> JsonValue:
        return self.content("m.room.member", user_id).get("membership")

    def users_with(self, *memberships: str) -> list[str]:
        """Return the users with one of these memberships; all users where there is none."""
        return [user for user in USERS if self.membership(user) in memberships] or list(USERS)

    def references(self, event_ids: list[EventId]) -> list[JsonValue]:
        """Return event ids as they stand in `prev_events` and `auth_events`."""
        if not self.version.references_have_hashes:
            return list(event_ids)
        known = self.server.known
        return [[i, encode_hash(reference_hash(self.version, known[i].json))] for i in event_ids]

    def auth_events_for(self, prev_events: list[EventId], keys: list[StateKey]) -> list[EventId]:
        state = self.state(prev_events)
        return [state[key] for key in keys if key in state]

    def _event(
        self,
        rng: Random,
        sender: str,
        event_type: str,
        content: JsonValue,
        state_key: JsonValue,
        prev_events: list[EventId],
        auth_as: JsonObject | None,
    ) -> JsonObject:
        chosen_by = auth_as if auth_as is not None else content if isinstance(content, dict) else {}
        key = state_key if isinstance(state_key, str) else None
        keys = auth_types_for_event(self.version, event_type, sender, key, chosen_by)
        depths = [self.server.known[prev].depth for prev in prev_events]
        event: JsonObject = {
            "type": event_type,
            "sender": sender,
            "content": content,
            "depth": min(max(depths, default=0) + 1, 2**53 - 1),
            "origin_server_ts": START_MS + rng.randint(0, 6),
            "prev_events": self.references(prev_events),
            "auth_events": self.references(self.auth_events_for(prev_events, keys)),
        }
        if not (self.version.room_id_is_create_hash and event_type == "m.room.create"):
            event["room_id"] = self.room_id
        if state_key is not None:
            event["state_key"] = state_key
        if self.version.references_have_hashes:
            event["event_id"] = f"$event{len(self.graph.events)}:{self._server_of(sender)}"
        return event

    def _sign(self, event: JsonObject, signers: tuple[str, ...]) -> None:
        try:
            event["hashes"] = encode_hash(content_hash(self.version, event))
            event["signatures"] = {}
            for server in dict.fromkeys(signers):
                event.update(
                    add_event_signature(self.version, event, server_name_of(f"@:{server}"), _key(server))
                )
        except ProtocolError:
            # No canonical JSON: nothing of it could be hashed or signed.
            event.setdefault("hashes", {"sha256": "x"})
            event["signatures"] = {server: {"ed25519:k": "x" * 86} for server in signers}

    def _receive(self, event: JsonObject) -> Verdict:
        verdict = self.server.receive(event)
        self.graph.events.append(event)
        event_id = EventId(verdict.event_id)
        if verdict.outcome == "accepted" and event_id not in self.accepted:
            self.accepted.append(event_id)
            self.accepted_indexes.append(len(self.graph.events) - 1)
            followed = self.server.known[event_id].prev_events
            self.heads = [head for head in self.heads if head not in followed] + [event_id]
        elif verdict.outcome == "rejected" and event_id not in self.accepted:
            self.refused.append(event_id)
        return verdict

    def _server_of(self, user_id: str) -> str:
        return user_id.partition(":")[2]


def _key(server: str) -> SigningKey:
    return KEYS.get(server) or KEYS[SERVERS[0]]
