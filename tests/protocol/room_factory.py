"""Builds rooms of any version, event by event, with forks. Alice makes the room, bob and charlie join it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from federation.protocol.auth_events import StateKey, auth_types_for_event
from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.canonical_json import JsonObject
from federation.protocol.hashes import reference_hash
from federation.protocol.ids import EventId, RoomId, UserId, server_name_of
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import generate_signing_key
from federation.protocol.state_resolution import resolve

ALICE = UserId("@alice:a.example")
BOB = UserId("@bob:b.example")
CHARLIE = UserId("@charlie:c.example")
KEY = generate_signing_key("test", bytes(range(32)))
ALL_VERSIONS = tuple(ROOM_VERSIONS)


class RoomFactory:
    """One line of a room's history. `branch` starts another line from here that shares the events."""

    def __init__(self, version: str = "12") -> None:
        self.version = ROOM_VERSIONS[version]
        self.events: dict[EventId, Pdu] = {}
        self.rejected: set[EventId] = set()
        self.state: dict[StateKey, EventId] = {}
        self.heads: list[EventId] = []
        self.room_id: RoomId | None = None
        self._ticks: Iterator[int] = count(1_000)

    @classmethod
    def with_alice(cls, version: str = "12", **create_content: object) -> RoomFactory:
        """A room that alice has made and joined."""
        room = cls(version)
        room.create(**create_content)
        room.join(ALICE)
        return room

    @classmethod
    def public(cls, version: str = "12", *joined: UserId, users: JsonObject | None = None) -> RoomFactory:
        """A public room of alice, with power levels, that these users have joined."""
        room = cls.with_alice(version)
        creator: JsonObject = {} if room.version.privileged_creators else {ALICE: 100}
        room.send(ALICE, "m.room.power_levels", {"users": {**creator, **(users or {})}}, "")
        room.set_join_rule(ALICE, "public")
        for user_id in joined:
            room.join(user_id)
        return room

    def branch(self) -> RoomFactory:
        """Another line from here on."""
        other = RoomFactory(self.version.identifier)
        other.events, other.rejected, other._ticks = self.events, self.rejected, self._ticks
        other.room_id, other.state, other.heads = self.room_id, dict(self.state), list(self.heads)
        return other

    def draft(
        self,
        sender: UserId,
        event_type: str,
        content: Mapping[str, object],
        state_key: str | None = None,
        *,
        ts: int | None = None,
        auth: Sequence[Pdu] | None = None,
        redacts: EventId | None = None,
        prev_events: Sequence[EventId] | None = None,
    ) -> Pdu:
        """Build an event on top of this line without adding it to its state."""
        tick = next(self._ticks)
        body: JsonObject = dict(content)  # type: ignore[arg-type]
        named = self.version.signed_by_event_id_domain
        pdu = build_pdu(
            self.version,
            EventDraft(event_type, sender, body, state_key, redacts),
            room_id=self.room_id,
            prev_events=self.heads if prev_events is None else prev_events,
            auth_events=[
                event.event_id
                for event in (
                    self._select_auth(sender, event_type, body, state_key) if auth is None else auth
                )
            ],
            depth=1 + max((self.events[head].depth for head in self.heads), default=0),
            origin_server_ts=tick if ts is None else ts,
            server_name=server_name_of(sender),
            key=KEY,
            event_id=EventId(f"${tick}:{server_name_of(sender)}") if named else None,
            reference_hashes=self._reference_hashes() if named else None,
        )
        self.events[pdu.event_id] = pdu
        return pdu

    def send(
        self,
        sender: UserId,
        event_type: str,
        content: Mapping[str, object],
        state_key: str | None = None,
        *,
        ts: int | None = None,
    ) -> Pdu:
        """Build an event, check that it is allowed, and add it."""
        pdu = self.draft(sender, event_type, content, state_key, ts=ts)
        self.check(pdu)
        return self.add(pdu)

    def add(self, pdu: Pdu) -> Pdu:
        """Make an event the newest of this line, allowed or not."""
        if pdu.is_state:
            self.state[pdu.state_entry] = pdu.event_id
        self.heads = [pdu.event_id]
        return pdu

    def check(self, pdu: Pdu) -> None:
        """Check an event by its auth events and by the state of this line."""
        check_auth_events(self.version, pdu, self.events, self.rejected)
        check_state_dependent(self.version, pdu, self.state_events)

    @property
    def state_events(self) -> dict[StateKey, Pdu]:
        """The state of this line, with its events."""
        return {key: self.events[event_id] for key, event_id in self.state.items()}

    def event(self, event_type: str, state_key: str = "") -> Pdu:
        """The current event of this line for a state key."""
        return self.events[self.state[event_type, state_key]]

    def create(self, **content: object) -> Pdu:
        """Alice makes the room."""
        if not self.version.room_id_is_create_hash:
            self.room_id = RoomId("!room:a.example")
        if not self.version.implicit_room_creator:
            content = {"creator": ALICE, **content}
        draft = {"room_version": self.version.identifier, **content}
        created = self.send(ALICE, "m.room.create", draft, "")
        self.room_id = created.room_id
        return created

    def join(self, user_id: UserId, **options: int) -> Pdu:
        """A user joins."""
        return self.send(user_id, "m.room.member", {"membership": "join"}, user_id, **options)

    def set_membership(self, sender: UserId, target: UserId, membership: str, **options: int) -> Pdu:
        """A user invites, kicks, bans or unbans another one, or leaves."""
        return self.send(sender, "m.room.member", {"membership": membership}, target, **options)

    def set_join_rule(self, sender: UserId, join_rule: str, **options: int) -> Pdu:
        """A user sets the join rule."""
        return self.send(sender, "m.room.join_rules", {"join_rule": join_rule}, "", **options)

    def set_users(self, sender: UserId, users: Mapping[str, int], **options: int) -> Pdu:
        """A user sets the power levels of users; alice keeps hers."""
        creator: dict[str, int] = {} if self.version.privileged_creators else {ALICE: 100}
        return self.send(sender, "m.room.power_levels", {"users": {**creator, **users}}, "", **options)

    def set_topic(self, sender: UserId, topic: str, **options: int) -> Pdu:
        """A user sets the topic."""
        return self.send(sender, "m.room.topic", {"topic": topic}, "", **options)

    def resolve(self, *lines: RoomFactory) -> dict[StateKey, EventId]:
        """The state after an event that merges these lines."""
        return resolve(self.version, [line.state for line in lines], self.events, self.rejected)

    def _reference_hashes(self) -> dict[EventId, bytes]:
        return {event_id: reference_hash(self.version, pdu.json) for event_id, pdu in self.events.items()}

    def _select_auth(
        self, sender: UserId, event_type: str, content: JsonObject, state_key: str | None
    ) -> list[Pdu]:
        keys = auth_types_for_event(self.version, event_type, sender, state_key, content)
        return [self.events[self.state[key]] for key in keys if key in self.state]
