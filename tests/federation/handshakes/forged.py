"""What tests of forged handshakes share: a server, a user of it, and a peer that lies."""

from collections.abc import Callable
from urllib.parse import quote

from federation.protocol.pdu import Pdu
from homeserver.json_types import JsonObject
from tests.api.client import Reply
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer

MAKE_JOIN = "/_matrix/federation/v1/make_join/{roomId}/{userId}"
SEND_JOIN = "/_matrix/federation/v2/send_join/{roomId}/{eventId}"
Change = Callable[[JsonObject], object]


def change_answer(peer: FakePeer, path: str, truthful: JsonObject, change: Change) -> None:
    """Let a peer answer what is true but for one change."""
    change(truthful)
    peer.answer(path, truthful)


def answer_join_with(peer: FakePeer, room: FakeRoom, change: Change) -> None:
    """Let a peer take joins, and answer the state with one change."""

    def answer(request: PeerRequest) -> PeerAnswer:
        body = room.join_answer(room.state)
        change(body)
        return body

    peer.answer(SEND_JOIN, answer)


async def put_event(
    peer: FakePeer, server: FederationServer, what: str, pdu: Pdu | JsonObject, **names: str
) -> Reply:
    """Send a member event to `v2/send_join` or its kin; `names` are those of the path where they differ."""
    event = pdu.json if isinstance(pdu, Pdu) else pdu
    event_id = names.get("event_id") or (pdu.event_id if isinstance(pdu, Pdu) else "$unknown")
    room_id = names.get("room_id") or str(event.get("room_id"))
    path = f"/_matrix/federation/{what}/{quote(room_id, safe='')}/{quote(event_id, safe='')}"
    return await peer.put(server.name, path, event)


async def put_invite(
    peer: FakePeer,
    server: FederationServer,
    room: FakeRoom,
    pdu: Pdu | JsonObject,
    *,
    invite_room_state: object = None,
    **names: str,
) -> Reply:
    """Send an invite as version 2 of the endpoint takes it, with the room's create event by default."""
    event = pdu.json if isinstance(pdu, Pdu) else pdu
    event_id = names.get("event_id") or (pdu.event_id if isinstance(pdu, Pdu) else "$unknown")
    room_id = names.get("room_id") or room.id
    create = room.events[room.state["m.room.create", ""]].json
    body: JsonObject = {
        "room_version": room.version.identifier,
        "event": event,
        "invite_room_state": [create] if invite_room_state is None else invite_room_state,
    }
    path = f"/_matrix/federation/v2/invite/{quote(room_id, safe='')}/{quote(event_id, safe='')}"
    return await peer.put(server.name, path, body)
