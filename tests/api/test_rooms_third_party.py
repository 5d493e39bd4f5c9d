"""Joining with an identity server's word for an invited address."""

from typing import Any

from federation.protocol.signing import encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, set_state, state

KEY = generate_signing_key("0", bytes(range(32)))


async def test_signed_invitation_of_an_address_lets_its_owner_in(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice)
    pending: JsonObject = {"display_name": "b...", "public_key": encode_base64(KEY.public_key)}
    (await set_state(alice, room_id, "m.room.third_party_invite", pending, "token")).ok()
    forged = {**_proof(alice, bob), "signatures": {"id.example": {"ed25519:0": "A" * 86}}}
    assert (await join(bob, room_id, {"third_party_signed": forged})).status == 403
    (await join(bob, room_id, {"third_party_signed": _proof(alice, bob)})).ok()
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert content["membership"] == "join"
    assert "third_party_signed" not in content


def _proof(inviter: ApiClient, owner: ApiClient) -> dict[str, Any]:
    statement: JsonObject = {"mxid": owner.user_id, "sender": inviter.user_id, "token": "token"}
    return sign_json(statement, "id.example", KEY)
