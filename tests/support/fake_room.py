"""A room as a peer keeps it: a DAG of events with the state after each, forks and lies included.

Nothing is checked here: what a test adds is there, whether the rules allow it or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Self
from urllib.parse import quote

from federation.protocol.auth_events import StateKey, auth_types_for_event
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import content_hash, encode_hash, reference_hash
from federation.protocol.ids import EventId, RoomId, ServerName, UserId, server_name_of
from federation.protocol.pdu import EventDraft, Pdu, build_pdu, create_event_id_of, parse_pdu
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.protocol.signing import SigningKey
from federation.protocol.state_resolution import resolve
from homeserver.json_types import JsonObject, JsonValue
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest, now_ms

State = dict[StateKey, EventId]
NOT_FOUND: PeerAnswer = (404, {"errcode": "M_NOT_FOUND", "error": "no such event"})


_numbers = count(1)


@dataclass
class FakeRoom:
    """A room whose events are signed with the keys of their senders' servers.

    `heads` are its forward extremities, `state_after` has the state after every event whose place is known.
    """

    version: RoomVersion
    keys: dict[ServerName, SigningKey]
    room_id: RoomId | None = None
    events: dict[EventId, Pdu] = field(default_factory=dict)
    heads: list[EventId] = field(default_factory=list)
    state_after: dict[EventId, State] = field(default_factory=dict)
    _ticks: "count[int]" = field(default_factory=lambda: count(now_ms() - 3_600_000, 1000))

    @classmethod
    def of(
        cls, peer: FakePeer, version: str = "12", *, join_rule: str = "public", creator: str = "creator"
    ) -> Self:
        """Make a room of a peer's user, who has joined it, with power levels, join rule and visibility."""
        room = cls(ROOM_VERSIONS[version], {peer.name: peer.key})
        user = peer.user(creator)
        room.create(user)
        room.join(user)
        levels: JsonObject = {} if room.version.privileged_creators else {"users": {user: 100}}
        room.send(user, "m.room.power_levels", levels, "")
        room.send(user, "m.room.join_rules", {"join_rule": join_rule}, "")
        room.send(user, "m.room.history_visibility", {"history_visibility": "shared"}, "")
        return room

    @property
    def id(self) -> RoomId:
        """The room's id, which is known once there is a create event."""
        assert self.room_id is not None
        return self.room_id

    @property
    def state(self) -> State:
        """The state after all heads."""
        return self.state_before(self.heads)

    def create(self, creator: UserId, **content: JsonValue) -> Pdu:
        """Add the create event."""
        if not self.version.room_id_is_create_hash:
            self.room_id = RoomId(f"!room{next(_numbers)}:{server_name_of(creator)}")
        if not self.version.implicit_room_creator:
            content = {"creator": creator, **content}
        created = self.draft(
            creator, "m.room.create", {"room_version": self.version.identifier, **content}, ""
        )
        self.room_id = created.room_id
        return self.add(created)

    def join(self, user_id: UserId) -> Pdu:
        """Add a user's join."""
        return self.set_membership(user_id, user_id, "join")

    def set_membership(self, sender: UserId, target: UserId, membership: str, **content: JsonValue) -> Pdu:
        """Add a membership."""
        return self.send(sender, "m.room.member", {"membership": membership, **content}, target)

    def message(self, sender: UserId, body: str = "hello", *, after: Sequence[EventId] | None = None) -> Pdu:
        """Add a message, after the heads or, as a fork, after other events."""
        return self.send(sender, "m.room.message", {"msgtype": "m.text", "body": body}, after=after)

    def send(
        self,
        sender: UserId,
        event_type: str,
        content: JsonObject,
        state_key: str | None = None,
        *,
        after: Sequence[EventId] | None = None,
    ) -> Pdu:
        """Build an event and add it, after the heads or, as a fork, after other events."""
        return self.add(self.draft(sender, event_type, content, state_key, after=after))

    def draft(
        self,
        sender: UserId,
        event_type: str,
        content: JsonObject,
        state_key: str | None = None,
        *,
        after: Sequence[EventId] | None = None,
        auth_events: Sequence[EventId] | None = None,
        depth: int | None = None,
        origin_server_ts: int | None = None,
        redacts: EventId | None = None,
        room_id: RoomId | None = None,
    ) -> Pdu:
        """Build and sign an event without adding it; whatever is not given is as it should be."""
        prev_events = self.heads if after is None else after
        if auth_events is None:
            auth_events = self.select_auth_events(sender, event_type, content, state_key, prev_events)
        if depth is None:
            depth = 1 + max((self.events[event_id].depth for event_id in prev_events), default=0)
        tick = next(self._ticks)
        server = server_name_of(sender)
        named = self.version.signed_by_event_id_domain
        is_first = self.version.room_id_is_create_hash and event_type == "m.room.create"
        return build_pdu(
            self.version,
            EventDraft(event_type, sender, content, state_key, redacts),
            room_id=None if is_first else room_id or self.room_id,
            prev_events=prev_events,
            auth_events=auth_events,
            depth=depth,
            origin_server_ts=tick if origin_server_ts is None else origin_server_ts,
            server_name=server,
            key=self.keys[server],
            event_id=EventId(f"$event{tick}:{server}") if named else None,
            reference_hashes=self._reference_hashes([*prev_events, *auth_events]) if named else None,
        )

    def tampered(
        self, pdu: Pdu, *, rehash: bool = True, resign: bool = True, **changes: JsonValue
    ) -> JsonObject:
        """Return an event's JSON with top-level members changed, and by default hashed and signed anew.

        Without `rehash` the content hash is wrong, without `resign` the signature.
        """
        changed: JsonObject = {**pdu.json, **changes}
        server = server_name_of(pdu.sender)
        if rehash:
            changed["hashes"] = encode_hash(content_hash(self.version, changed))
        if resign:
            changed["signatures"] = {}
            return add_event_signature(self.version, changed, server, self.keys[server])
        return changed

    def add(self, pdu: Pdu) -> Pdu:
        """Put an event into the DAG, after its previous events."""
        state = self.state_before(pdu.prev_events)
        if pdu.is_state:
            state[pdu.state_entry] = pdu.event_id
        self.events[pdu.event_id] = pdu
        self.state_after[pdu.event_id] = state
        self.heads = [head for head in self.heads if head not in pdu.prev_events] + [pdu.event_id]
        return pdu

    def learn(self, event_json: JsonObject) -> Pdu:
        """Add an event that another server has sent; its previous events must be known."""
        pdu = parse_pdu(self.version, event_json)
        return pdu if pdu.event_id in self.state_after else self.add(pdu)

    def state_before(self, prev_events: Sequence[EventId]) -> State:
        """Return the state before an event with these previous events."""
        states = [self.state_after[event_id] for event_id in prev_events]
        if len(states) < 2:
            return dict(states[0]) if states else {}
        return resolve(self.version, states, self.events)

    def select_auth_events(
        self,
        sender: UserId,
        event_type: str,
        content: JsonObject,
        state_key: str | None,
        prev_events: Sequence[EventId],
    ) -> list[EventId]:
        """Return the auth events that a truthful server chooses."""
        state = self.state_before(prev_events)
        keys = auth_types_for_event(self.version, event_type, sender, state_key, content)
        return [state[key] for key in keys if key in state]

    def auth_chain(self, event_ids: Iterable[EventId]) -> list[Pdu]:
        """Return the auth chain of events, without those themselves unless they are part of it."""
        found: dict[EventId, Pdu] = {}
        waiting = [auth for event_id in event_ids for auth in self._auth_events(event_id)]
        while waiting:
            event_id = waiting.pop()
            if event_id not in found:
                found[event_id] = self.events[event_id]
                waiting += self._auth_events(event_id)
        return sorted(found.values(), key=lambda pdu: (pdu.depth, pdu.event_id))

    def serve_on(self, peer: FakePeer) -> None:
        """Let a peer answer everything that is asked about this room, truthfully."""
        federation = "/_matrix/federation"
        peer.accept_transactions()
        peer.answer(f"{federation}/v1/make_join/{{roomId}}/{{userId}}", self._make_join)
        peer.answer(f"{federation}/v2/send_join/{{roomId}}/{{eventId}}", self._send_join)
        peer.answer(f"{federation}/v1/state/{{roomId}}", self._state)
        peer.answer(f"{federation}/v1/state_ids/{{roomId}}", self._state_ids)
        peer.answer(f"{federation}/v1/event/{{eventId}}", self._event)
        peer.answer(f"{federation}/v1/event_auth/{{roomId}}/{{eventId}}", self._event_auth)
        peer.answer(f"{federation}/v1/backfill/{{roomId}}", self._backfill)
        peer.answer(f"{federation}/v1/get_missing_events/{{roomId}}", self._missing_events)

    def join_template(self, user_id: UserId) -> JsonObject:
        """Return the answer of /make_join."""
        content: JsonObject = {"membership": "join"}
        auth_events = self.select_auth_events(user_id, "m.room.member", content, user_id, self.heads)
        event: JsonObject = {
            "type": "m.room.member",
            "sender": user_id,
            "state_key": user_id,
            "content": content,
            "room_id": self.id,
            "origin": server_name_of(user_id),
            "origin_server_ts": next(self._ticks),
            "depth": 1 + max(self.events[head].depth for head in self.heads),
            "prev_events": self._references(self.heads),
            "auth_events": self._references(auth_events),
        }
        return {"room_version": self.version.identifier, "event": event}

    def join_answer(self, before: State) -> JsonObject:
        """Return the answer of /send_join for a join at the given state."""
        return {
            "origin": self.events[before["m.room.create", ""]].sender.partition(":")[2],
            "state": [self.events[event_id].json for event_id in before.values()],
            "auth_chain": [pdu.json for pdu in self.auth_chain(before.values())],
            "members_omitted": False,
        }

    def from_template(self, template: JsonObject, user_id: UserId) -> Pdu:
        """Make an event of what a server answered to /make_join, /make_leave or /make_knock."""
        server = server_name_of(user_id)
        event: JsonObject = {**template, "origin_server_ts": next(self._ticks)}
        if self.version.signed_by_event_id_domain:
            event["event_id"] = f"$event{next(self._ticks)}:{server}"
        event["hashes"] = encode_hash(content_hash(self.version, event))
        event["signatures"] = {}
        return parse_pdu(self.version, add_event_signature(self.version, event, server, self.keys[server]))

    def adopt_join(self, join: Pdu, answer: JsonObject) -> None:
        """Begin with a join and what /send_join answered to it."""
        state: State = {}
        for event_json in [*answer["auth_chain"], *answer["state"]]:
            pdu = parse_pdu(self.version, event_json)
            self.events[pdu.event_id] = pdu
        for event_json in answer["state"]:
            pdu = parse_pdu(self.version, event_json)
            state[pdu.state_entry] = pdu.event_id
        self.events[join.event_id] = join
        self.state_after[join.event_id] = {**state, join.state_entry: join.event_id}
        self.heads = [join.event_id]

    async def _make_join(self, request: PeerRequest) -> PeerAnswer:
        return self.join_template(UserId(request.params["userId"]))

    async def _send_join(self, request: PeerRequest) -> PeerAnswer:
        join = parse_pdu(self.version, request.body)
        before = self.state_before(join.prev_events)
        self.add(join)
        return self.join_answer(before)

    async def _state(self, request: PeerRequest) -> PeerAnswer:
        event = self.events.get(EventId(request.query["event_id"]))
        if event is None:
            return NOT_FOUND
        state = self.state_before(event.prev_events)
        chain = self.auth_chain(state.values())
        return {
            "pdus": [self.events[event_id].json for event_id in state.values()],
            "auth_chain": [pdu.json for pdu in chain],
        }

    async def _state_ids(self, request: PeerRequest) -> PeerAnswer:
        event = self.events.get(EventId(request.query["event_id"]))
        if event is None:
            return NOT_FOUND
        state = self.state_before(event.prev_events)
        chain = [pdu.event_id for pdu in self.auth_chain(state.values())]
        return {"pdu_ids": list(state.values()), "auth_chain_ids": list(chain)}

    async def _event(self, request: PeerRequest) -> PeerAnswer:
        event = self.events.get(EventId(request.params["eventId"]))
        return NOT_FOUND if event is None else _transaction_of([event])

    async def _event_auth(self, request: PeerRequest) -> PeerAnswer:
        if request.params["eventId"] not in self.events:
            return NOT_FOUND
        chain = self.auth_chain([EventId(request.params["eventId"])])
        return {"auth_chain": [pdu.json for pdu in chain]}

    async def _backfill(self, request: PeerRequest) -> PeerAnswer:
        start = [EventId(event_id) for event_id in request.raw.query.getall("v")]
        return _transaction_of(self.history(start, int(request.query["limit"])))

    async def _missing_events(self, request: PeerRequest) -> PeerAnswer:
        latest: list[EventId] = request.body["latest_events"]
        start = [
            prev
            for event_id in latest
            if event_id in self.events
            for prev in self.events[event_id].prev_events
        ]
        events = self.history(start, request.body.get("limit", 10), until=request.body["earliest_events"])
        return {"events": [pdu.json for pdu in reversed(events)]}

    def history(self, start: Sequence[EventId], limit: int, until: Sequence[EventId] = ()) -> list[Pdu]:
        """Return events from `start` backwards, newest first, without those in `until` and before them."""
        found: list[Pdu] = []
        waiting, seen = list(start), set(until)
        while waiting and len(found) < limit:
            waiting.sort(key=lambda event_id: self.events[event_id].depth if event_id in self.events else 0)
            event_id = waiting.pop()
            if event_id in self.events and event_id not in seen:
                seen.add(event_id)
                found.append(self.events[event_id])
                waiting += self.events[event_id].prev_events
        return found

    def _auth_events(self, event_id: EventId) -> list[EventId]:
        named = list(self.events[event_id].auth_events)
        if self.version.room_id_is_create_hash and self.events[event_id].type != "m.room.create":
            named.append(create_event_id_of(self.id))
        return named

    def _references(self, event_ids: Sequence[EventId]) -> list[JsonValue]:
        if not self.version.references_have_hashes:
            return list(event_ids)
        hashes = self._reference_hashes(event_ids)
        return [[event_id, encode_hash(hashes[event_id])] for event_id in event_ids]

    def _reference_hashes(self, event_ids: Iterable[EventId]) -> Mapping[EventId, bytes]:
        known = {event_id: self.events[event_id] for event_id in event_ids if event_id in self.events}
        return {event_id: reference_hash(self.version, pdu.json) for event_id, pdu in known.items()}


async def join_through(peer: FakePeer, server: str, room_id: str, user_id: UserId) -> FakeRoom:
    """Join a room of a server with a user of the peer, and return the room as the peer sees it."""
    path = f"{quote(room_id, safe='')}/{quote(user_id, safe='')}"
    query = [("ver", version) for version in ROOM_VERSIONS]
    reply = await peer.request("GET", server, f"/_matrix/federation/v1/make_join/{path}", query=query)
    template = reply.ok()
    room = FakeRoom(ROOM_VERSIONS[template["room_version"]], {peer.name: peer.key}, RoomId(room_id))
    join = room.from_template(template["event"], user_id)
    path = f"{quote(room_id, safe='')}/{quote(join.event_id, safe='')}"
    answer = (await peer.put(server, f"/_matrix/federation/v2/send_join/{path}", join.json)).ok()
    signed = answer.get("event")
    room.adopt_join(parse_pdu(room.version, signed) if signed else join, answer)
    return room


def _transaction_of(events: Sequence[Pdu]) -> JsonObject:
    return {"origin": "", "origin_server_ts": now_ms(), "pdus": [pdu.json for pdu in events]}
