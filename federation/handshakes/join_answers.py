"""What a resident server answers to our join: checked before anything of it is believed.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.handshakes.templates import AUTHORISING_USER
from federation.protocol.auth_events import CREATE, StateKey
from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import ProtocolError
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.ids import EventId, InvalidIdentifier, RoomId, ServerName, parse_server_name
from federation.protocol.pdu import Pdu, create_event_id_of
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus

log = structlog.get_logger(__name__)

MAX_STATE_EVENTS: Final = 200_000
MAX_AUTH_CHAIN: Final = 200_000
MAX_SERVERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class RemoteJoin:
    """A join that a resident server has taken, with the state before it.

    `event` bears every signature it needs. The auth chain of every event is complete. Where members are
    omitted, `servers` are those in the room.
    """

    version: RoomVersion
    event: Pdu
    state: Sequence[Pdu]
    auth_chain: Sequence[Pdu]
    members_omitted: bool
    servers: Sequence[ServerName]
    via: ServerName

    @property
    def room_id(self) -> RoomId:
        return self.event.room_id


async def check_join_answer(
    ctx: FederationContext, server: ServerName, version: RoomVersion, own: Pdu, answer: JsonObject
) -> RemoteJoin:
    """Check an answer to `own`, the join that we sent.

    Events that are not validly signed, or whose auth chain has a gap, are left out.

    Raises: PeerAnsweredBadly where what is left is no state that lets our user in.
    """
    try:
        event = await _joined_event(ctx, version, own, answer.get("event"))
        state = await _checked(ctx, version, own.room_id, answer.get("state"), MAX_STATE_EVENTS)
        chain = await _checked(ctx, version, own.room_id, answer.get("auth_chain"), MAX_AUTH_CHAIN)
        complete = _with_complete_chains(version, [*state, *chain])
        state = [pdu for pdu in state if pdu.event_id in complete]
        _check_state(version, event, state, complete)
    except ProtocolError as error:
        raise PeerAnsweredBadly(server, f"a join that cannot be used: {error}") from error
    in_state = {pdu.event_id for pdu in state}
    chain = [pdu for event_id, pdu in complete.items() if event_id not in in_state]
    omitted = answer.get("members_omitted") is True
    servers = _servers_in(answer.get("servers_in_room"), server) if omitted else ()
    return RemoteJoin(version, event, state, chain, omitted, servers, server)


async def _joined_event(ctx: FederationContext, version: RoomVersion, own: Pdu, answered: JsonValue) -> Pdu:
    """Return our event, with the signature of who let us in where one is needed. Raises ProtocolError."""
    if AUTHORISING_USER not in own.content:
        return own
    if not isinstance(answered, dict) or not has_valid_content_hash(version, answered):
        raise ProtocolError("it lacks the countersigned event")
    checked = await check_pdus(ctx.keyring, version, [answered], own.room_id)
    if not checked.pdus or checked.pdus[0].event_id != own.event_id:
        raise ProtocolError("its event is not ours, countersigned")
    return checked.pdus[0]


async def _checked(
    ctx: FederationContext, version: RoomVersion, room_id: RoomId, events: JsonValue, most: int
) -> list[Pdu]:
    if not isinstance(events, list) or len(events) > most:
        raise ProtocolError("its state or auth chain is no list, or too long")
    checked = await check_pdus(ctx.keyring, version, events, room_id)
    if checked.refused:
        reasons = [refused.reason for refused in checked.refused[:3]]
        log.warning("join.events_refused", room_id=room_id, events=len(checked.refused), reasons=reasons)
    return list({pdu.event_id: pdu for pdu in checked.pdus}.values())


def _with_complete_chains(version: RoomVersion, pdus: Iterable[Pdu]) -> dict[EventId, Pdu]:
    """Return the events all of whose auth events, and theirs, are there."""
    found = {pdu.event_id: pdu for pdu in pdus}
    cited_by: dict[EventId, list[EventId]] = {}
    gone: list[EventId] = []
    for pdu in found.values():
        for auth in pdu.auth_events:
            cited_by.setdefault(auth, []).append(pdu.event_id)
            if auth not in found:
                gone.append(pdu.event_id)
    while gone:
        event_id = gone.pop()
        if found.pop(event_id, None) is not None:
            gone += cited_by.get(event_id, [])
    return found


def _check_state(
    version: RoomVersion, event: Pdu, state: Sequence[Pdu], known: Mapping[EventId, Pdu]
) -> None:
    """Check that the state is one, of a room of this version, and lets our user in. Raises ProtocolError."""
    by_key: dict[StateKey, Pdu] = {}
    for pdu in state:
        if not pdu.is_state:
            raise ProtocolError("its state has an event that is none")
        if by_key.setdefault(pdu.state_entry, pdu) is not pdu:
            raise ProtocolError("its state has two events for one key")
    create = by_key.get(CREATE)
    if create is None:
        raise ProtocolError("its state has no create event")
    if create.content.get("room_version", "1") != version.identifier:
        raise ProtocolError("the room has another version than was said")
    if version.room_id_is_create_hash and create.event_id != create_event_id_of(event.room_id):
        raise ProtocolError("the create event is another room's")
    check_auth_events(version, event, known, ())
    # Where members are omitted, those that concern our user are known as auth events only.
    cited = {pdu.state_entry: pdu for e in event.auth_events if (pdu := known[e]).is_state}
    check_state_dependent(version, event, cited | by_key)


def _servers_in(value: JsonValue, via: ServerName) -> list[ServerName]:
    """Return the servers that are said to be in the room, the one that answered among them."""
    found = {via: None}
    for text in value[:MAX_SERVERS] if isinstance(value, list) else ():
        try:
            found[parse_server_name(text if isinstance(text, str) else "")] = None
        except InvalidIdentifier:
            continue
    return list(found)
