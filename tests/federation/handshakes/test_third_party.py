"""Addresses that were invited turn out to be those of another server's users."""

from typing import Any
from urllib.parse import quote

from federation.protocol.signing import encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, set_state, state
from tests.federation.handshakes.rooms_of_two import VERSIONS, Two, members, until_in_section
from tests.support.fake_peer import FakePeer
from tests.support.federation_servers import FederationServer

KEY = generate_signing_key("0", bytes(range(32)))


async def with_pending_invite(alice: ApiClient, version: str = "12") -> str:
    room_id = await create(alice, room_version=version)
    pending: JsonObject = {"display_name": "b...", "public_key": encode_base64(KEY.public_key)}
    (await set_state(alice, room_id, "m.room.third_party_invite", pending, "token")).ok()
    return room_id


def proof(inviter: ApiClient, owner: str) -> dict[str, Any]:
    statement: JsonObject = {"mxid": owner, "sender": inviter.user_id, "token": "token"}
    return sign_json(statement, "id.example", KEY)


async def test_owner_of_an_invited_address_joins_from_another_server(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS:
        room_id = await with_pending_invite(alice, version)
        forged = {**proof(alice, bob.user_id), "signatures": {"id.example": {"ed25519:0": "A" * 86}}}
        assert (await join(bob, room_id, {"third_party_signed": forged})).status == 403
        signed = proof(alice, bob.user_id)
        assert (await join(bob, room_id, {"third_party_signed": signed})).status == 200
        assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}


async def test_owner_is_invited_once_the_identity_server_tells_their_server(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await with_pending_invite(alice)
    invites = [{"room_id": room_id, "sender": alice.user_id, "signed": proof(alice, bob.user_id)}]
    bound: JsonObject = {"medium": "email", "address": "b@x", "mxid": bob.user_id, "invites": invites}
    async with bob.session.put(
        f"https://{two_servers[1].name}/_matrix/federation/v1/3pid/onbind", json=bound, ssl=False
    ) as reply:
        assert reply.status == 200
    await until_in_section(bob, room_id, "invite")
    invited = await state(alice, room_id, "m.room.member", bob.user_id)
    assert invited["third_party_invite"]["display_name"] == "b..."


async def test_exchange_is_for_own_users_and_pending_invites_only(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    """CVE-2020-26257: the room of the path need not be that of the event."""
    alice = await one_server.user("alice")
    room_id = await with_pending_invite(alice)
    target = fake_peer.user("bob")
    good: JsonObject = {
        "type": "m.room.member",
        "room_id": room_id,
        "sender": alice.user_id,
        "state_key": target,
        "content": {"membership": "invite", "third_party_invite": {"signed": proof(alice, target)}},
    }
    path = "/_matrix/federation/v1/exchange_third_party_invite/"
    other = await create(alice)
    forged: list[tuple[int, JsonObject]] = [
        (400, {**good, "room_id": other}),
        (400, {**good, "type": "m.room.power_levels"}),
        (400, {**good, "content": {**good["content"], "membership": "join"}}),
        (400, {**good, "content": {"membership": "invite"}}),
        (400, {**good, "sender": "nobody"}),
        (403, {**good, "sender": fake_peer.user("eve")}),
        (403, {**good, "state_key": alice.user_id}),
        (403, {**good, "state_key": fake_peer.user("eve")}),
    ]
    for status, event in forged:
        reply = await fake_peer.put(one_server.name, path + quote(room_id, safe=""), event)
        assert reply.status == status, event
    reply = await fake_peer.put(one_server.name, path + quote(other, safe=""), {**good, "room_id": other})
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert fake_peer.requests_for("/_matrix/federation/v2/invite/{roomId}/{eventId}") == []
