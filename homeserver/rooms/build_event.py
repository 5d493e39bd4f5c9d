"""Building a local event on a room's head: auth events, authorisation, hashes, signature, in memory."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from federation.protocol.auth_events import auth_types_for_event
from federation.protocol.auth_rules import check_state_dependent
from federation.protocol.errors import AuthRuleError, EventTooLarge, FormatError
from federation.protocol.hashes import reference_hash
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from federation.protocol.policy_server import POLICY
from federation.protocol.power_levels import power_levels_of
from federation.protocol.room_versions import EventIdFormat, RoomVersion
from federation.protocol.signing import SigningKey
from homeserver.errors import BadJson, Forbidden, TooLarge
from homeserver.json_types import ReadonlyJsonObject
from homeserver.push.default_rules import is_tombstone, notifies_by_default
from homeserver.rooms.heads import RoomHead, StateEvent
from homeserver.storage.commit import NewEvent, Relation
from homeserver.storage.state_keys import StateEntry

CREATE: StateEntry = ("m.room.create", "")
POWER_LEVELS: StateEntry = ("m.room.power_levels", "")
EVERYBODY = 0
"""Stands for all members of the room among the numbers of mentioned users."""
MAX_MENTIONS = 100


class EventRequest(Struct, frozen=True, gc=False):
    """An event that somebody asked for, with all that had to be looked up before it can be built.

    `redacts` is set only where the redaction takes effect. `mentions` are the local users whose highlight
    count rises (EVERYBODY: only if the sender turns out to have the power to mention the room).
    """

    draft: EventDraft
    origin_server_ts: int
    sender_nid: int
    key_nid: int | None = None
    member_nid: int | None = None
    device_nid: int | None = None
    txn_id: str | None = None
    redacts: EventId | None = None
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Author:
    """In whose name this server signs."""

    server_name: ServerName
    key: SigningKey


def needed_entries(version: RoomVersion, draft: EventDraft) -> list[StateEntry]:
    """Return the state entries without which an event can be neither built nor authorised."""
    entries = auth_types_for_event(version, draft.type, draft.sender, draft.state_key, draft.content)
    return entries if CREATE in entries else [CREATE, *entries]


def build_event(
    head: RoomHead, author: Author, request: EventRequest, entries: Sequence[StateEntry]
) -> NewEvent:
    """Build, authorise and sign an event after the head. The head must hold `entries`.

    Others like it may be built by `build_allowed_event` from then on, where it is known that no policy server
    has to see them.

    Raises: Forbidden, TooLarge, BadJson.
    """
    version = head.room.version
    found = {entry: event for entry in entries if (event := head.state[entry]) is not None}
    auth = [e for entry, e in found.items() if not (version.room_id_is_create_hash and entry == CREATE)]
    auth_ids = tuple(event.pdu.event_id for event in auth)
    pdu = _sign(head, author, request, auth_ids, _reference_hashes(head, auth))
    try:
        check_state_dependent(version, pdu, {entry: event.pdu for entry, event in found.items()})
    except AuthRuleError as refusal:
        raise Forbidden(str(refusal)) from refusal
    is_message = pdu.state_key is None and pdu.redacts is None
    has_no_policy = POLICY in head.state and head.state[POLICY] is None
    if is_message and has_no_policy and not version.references_have_hashes:
        head.may_send[(pdu.sender, pdu.type)] = auth_ids
    return _new_event(head, pdu, request, auth)


def build_allowed_event(head: RoomHead, author: Author, request: EventRequest) -> NewEvent | None:
    """Build a message as `build_event` does, if its sender was allowed one of its type in the present state.

    Raises: TooLarge, BadJson.
    """
    draft = request.draft
    if not head.allows(draft):
        return None
    auth_ids = head.may_send[(draft.sender, draft.type)]
    return _new_event(head, _sign(head, author, request, auth_ids, None), request, ())


def _sign(
    head: RoomHead,
    author: Author,
    request: EventRequest,
    auth_events: Sequence[EventId],
    reference_hashes: Mapping[EventId, bytes] | None,
) -> Pdu:
    version, draft = head.room.version, request.draft
    try:
        return build_pdu(
            version, draft, room_id=_room_id_in(head, draft), prev_events=head.prev_events,
            auth_events=auth_events, depth=head.depth + 1, origin_server_ts=request.origin_server_ts,
            server_name=author.server_name, key=author.key, event_id=chosen_event_id(version, author),
            reference_hashes=reference_hashes,
        )  # fmt: skip
    except EventTooLarge as refusal:
        raise TooLarge(str(refusal)) from refusal
    except FormatError as refusal:
        raise BadJson(str(refusal)) from refusal


def _room_id_in(head: RoomHead, draft: EventDraft) -> RoomId | None:
    if head.room.version.room_id_is_create_hash and draft.type == "m.room.create":
        return None
    return head.room.room_id


def chosen_event_id(version: RoomVersion, author: Author) -> EventId | None:
    """Return an id for an event whose room version lets the server choose it."""
    if version.event_id_format is not EventIdFormat.CHOSEN_BY_SERVER:
        return None
    return EventId(f"${secrets.token_urlsafe(18)}:{author.server_name}")


def _reference_hashes(head: RoomHead, auth: Sequence[StateEvent]) -> dict[EventId, bytes] | None:
    version = head.room.version
    if not version.references_have_hashes:
        return None
    hashes = {event.pdu.event_id: reference_hash(version, event.pdu.json) for event in auth}
    return hashes | head.reference_hashes


def _new_event(head: RoomHead, pdu: Pdu, request: EventRequest, auth: Sequence[StateEvent]) -> NewEvent:
    is_state = pdu.state_key is not None
    mentions = _allowed_mentions(head, pdu, request.mentions)
    notifies = notifies_by_default(pdu.type, pdu.state_key, pdu.content, to_everybody=EVERYBODY in mentions)
    return NewEvent(
        room=head.room,
        pdu=pdu,
        sender_nid=request.sender_nid,
        key_nid=request.key_nid,
        topo=head.topo + 1,
        notify_count=head.notify_count + notifies,
        device_nid=request.device_nid,
        txn_id=request.txn_id,
        auth_height=1 + max((event.auth_height for event in auth), default=0) if is_state else None,
        member=(request.member_nid, str(pdu.content["membership"]))
        if request.member_nid is not None
        else None,
        relation=relation_of(pdu),
        redacts=request.redacts,
        mentions=mentions,
    )


def _allowed_mentions(head: RoomHead, pdu: Pdu, mentions: tuple[int, ...]) -> tuple[int, ...]:
    """Return the mentions that count: of everybody only by who may, or where the room itself was replaced."""
    if EVERYBODY not in mentions or is_tombstone(pdu.type, pdu.state_key):
        return mentions
    found = {
        entry: event.pdu for entry in (CREATE, POWER_LEVELS) if (event := head.state.get(entry)) is not None
    }
    levels = power_levels_of(head.room.version, found)
    if levels.user(pdu.sender) >= levels.notifications("room"):
        return mentions
    return tuple(nid for nid in mentions if nid != EVERYBODY)


def relation_of(pdu: Pdu) -> Relation | None:
    """Return what the event relates to; malformed relations are none."""
    return relation_in(pdu.content)


def relation_in(content: ReadonlyJsonObject) -> Relation | None:
    """Return what an event with this content relates to."""
    relates_to = content.get("m.relates_to")
    if not isinstance(relates_to, dict):
        return None
    parent_id, rel_type, key = relates_to.get("event_id"), relates_to.get("rel_type"), relates_to.get("key")
    if (
        not isinstance(parent_id, str)
        or not isinstance(rel_type, str)
        or len(parent_id) > 255
        or len(rel_type) > 255
    ):
        return None
    return Relation(EventId(parent_id), rel_type, key if isinstance(key, str) else None)
