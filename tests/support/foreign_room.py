"""A room on other servers, made in memory by the protocol core alone: what a server of ours is told of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from federation.protocol.auth_events import state_types_for_auth
from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.hashes import reference_hash
from federation.protocol.ids import EventId, RoomId, ServerName, UserId, server_name_of
from federation.protocol.pdu import EventDraft, Pdu, build_pdu, create_event_id_of, room_id_of_create
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.protocol.signing import generate_signing_key
from federation.protocol.state_resolution import resolve
from homeserver.json_types import JsonObject

EVE = UserId("@eve:elsewhere")
KEY = generate_signing_key("f", b"\x07" * 32)

StateMap = Mapping[tuple[str, str], EventId]


class _ChosenId(TypedDict):
    event_id: EventId | None
    reference_hashes: Mapping[EventId, bytes] | None


@dataclass(slots=True)
class ForeignRoom:
    """A graph of events, with the state before and after each as the specification has it."""

    version: RoomVersion
    room_id: RoomId
    events: dict[EventId, Pdu] = field(default_factory=dict)
    before: dict[EventId, StateMap] = field(default_factory=dict)
    after: dict[EventId, StateMap] = field(default_factory=dict)
    rejected: set[EventId] = field(default_factory=set)
    tips: list[EventId] = field(default_factory=list)
    clock: int = 1_000

    def add(
        self,
        sender: UserId,
        type_: str,
        content: JsonObject,
        state_key: str | None = None,
        *,
        prevs: Sequence[EventId] | None = None,
        auth: Sequence[EventId] | None = None,
    ) -> Pdu:
        """Build an event after the tips or other events, authorised by the state there or as told."""
        prev_events = list(self.tips if prevs is None else prevs)
        before = self.state_before(prev_events)
        self.clock += 1
        draft = EventDraft(type_, sender, content, state_key)
        if auth is None:
            auth = self._auth_events(draft, before)
        is_create_of_hash = type_ == "m.room.create" and self.version.room_id_is_create_hash
        pdu = build_pdu(
            self.version,
            draft,
            room_id=None if is_create_of_hash else self.room_id,
            prev_events=prev_events,
            auth_events=auth,
            depth=1 + max((self.events[e].depth for e in prev_events), default=0),
            origin_server_ts=self.clock,
            server_name=server_name_of(sender),
            key=KEY,
            **self._chosen_id(sender, [*prev_events, *auth]),
        )
        self._note(pdu, before)
        return pdu

    def join(self, user_id: UserId, *, prevs: Sequence[EventId] | None = None) -> Pdu:
        return self.add(user_id, "m.room.member", {"membership": "join"}, user_id, prevs=prevs)

    def take(self, pdu: Pdu) -> None:
        """Take an event that another server has built upon known ones."""
        self._note(pdu, self.state_before(pdu.prev_events))

    def state_before(self, prevs: Sequence[EventId]) -> StateMap:
        """Return the state before an event with these prev events."""
        states = [self.after[e] for e in prevs]
        if len(states) <= 1:
            return states[0] if states else {}
        return resolve(self.version, states, self.events, self.rejected)

    def pdus(self, event_ids: Iterable[EventId]) -> list[Pdu]:
        return [self.events[e] for e in event_ids]

    def auth_chain(self, event_ids: Iterable[EventId]) -> list[Pdu]:
        """Return what authorised events, without these."""
        given = list(event_ids)
        found: set[EventId] = set()
        to_visit = [auth for e in given for auth in self.events[e].auth_events]
        while to_visit:
            event_id = to_visit.pop()
            if event_id not in found:
                found.add(event_id)
                to_visit += self.events[event_id].auth_events
        return self.pdus(found - set(given))

    def _auth_events(self, draft: EventDraft, state: StateMap) -> list[EventId]:
        probe = Pdu(
            EventId("$"), self.room_id, draft.type, draft.sender, draft.state_key, draft.content, 0, (), (),
            0, None, {}, b"",
        )  # fmt: skip
        implied = ("m.room.create", "") if self.version.room_id_is_create_hash else None
        wanted = state_types_for_auth(self.version, probe)
        return [state[entry] for entry in wanted if entry in state and entry != implied]

    def _chosen_id(self, sender: UserId, references: Sequence[EventId]) -> _ChosenId:
        """Return what only the versions need whose event ids are chosen."""
        if not self.version.references_have_hashes:
            return _ChosenId(event_id=None, reference_hashes=None)
        hashes = {e: reference_hash(self.version, self.events[e].json) for e in references}
        event_id = EventId(f"${self.room_id[1:].partition(':')[0]}{self.clock}:{server_name_of(sender)}")
        return _ChosenId(event_id=event_id, reference_hashes=hashes)

    def _note(self, pdu: Pdu, before: StateMap) -> None:
        self.events[pdu.event_id] = pdu
        self.before[pdu.event_id] = before
        after = dict(before)
        if self._is_rejected(pdu, before):
            self.rejected.add(pdu.event_id)
        else:
            if pdu.is_state:
                after[pdu.state_entry] = pdu.event_id
            self.tips = [tip for tip in self.tips if tip not in pdu.prev_events] + [pdu.event_id]
        self.after[pdu.event_id] = after

    def _is_rejected(self, pdu: Pdu, before: StateMap) -> bool:
        auth = {e: self.events[e] for e in pdu.auth_events}
        if self.version.room_id_is_create_hash and pdu.type != "m.room.create":
            create_id = create_event_id_of(self.room_id)
            auth[create_id] = self.events[create_id]
        try:
            check_auth_events(self.version, pdu, auth, self.rejected)
            check_state_dependent(self.version, pdu, {a.state_entry: a for a in auth.values() if a.is_state})
            check_state_dependent(self.version, pdu, {k: self.events[e] for k, e in before.items()})
        except AuthRuleError:
            return True
        return False


def make_foreign_room(
    version: str = "12",
    creator: UserId = EVE,
    members: Sequence[UserId] = (),
    visibility: str | None = None,
    name: str = "foreign",
) -> ForeignRoom:
    """Make a public room of another server, with these members joined."""
    rules = ROOM_VERSIONS[version]
    room = ForeignRoom(rules, RoomId(f"!{name}:{server_name_of(creator)}"))
    content: JsonObject = {"room_version": version, "name": name}
    if not rules.implicit_room_creator:
        content["creator"] = creator
    if rules.room_id_is_create_hash:
        draft = EventDraft("m.room.create", creator, content, "")
        create = build_pdu(
            rules, draft, room_id=None, prev_events=[], auth_events=[], depth=1, origin_server_ts=1_000,
            server_name=ServerName(server_name_of(creator)), key=KEY,
        )  # fmt: skip
        room.room_id = room_id_of_create(create.event_id)
        room._note(create, {})
    else:
        room.add(creator, "m.room.create", content, "")
    room.join(creator)
    levels: JsonObject = {} if rules.privileged_creators else {"users": {creator: 100}}
    room.add(creator, "m.room.power_levels", levels, "")
    room.add(creator, "m.room.join_rules", {"join_rule": "public"}, "")
    if visibility is not None:
        room.add(creator, "m.room.history_visibility", {"history_visibility": visibility}, "")
    for member in members:
        room.join(member)
    return room
