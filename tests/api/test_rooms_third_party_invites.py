"""Inviting the owner of an e-mail address."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from homeserver.json_types import JsonObject, JsonValue
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import create, join, membership, room_path, state
from tests.support.identity_server import PUBLIC_KEY, IdentityServer, running_identity_server, write_authority

AUTHORITY = trustme.CA()
ADDRESS = "bob@example.org"
ONBIND = "/_matrix/federation/v1/3pid/onbind"


@pytest.fixture
def overrides(tmp_path: Path) -> JsonObject:
    return {
        "federation": {"ca_file": write_authority(AUTHORITY, tmp_path), "allow_private_addresses": True},
        "listeners": [{"port": 0, "serve": ["client", "federation"]}],
    }


@pytest.fixture
async def identity() -> AsyncIterator[IdentityServer]:
    async with running_identity_server(AUTHORITY) as identity:
        yield identity


async def invite(user: ApiClient, room_id: str, address: JsonObject) -> Reply:
    return await user.post(room_path(room_id, "/invite"), address)


async def bind(identity: IdentityServer, user: ApiClient, inviter: ApiClient, room_id: str) -> Reply:
    """Tell the homeserver that the address is this user's."""
    invitation: JsonObject = {
        "medium": "email",
        "address": ADDRESS,
        "mxid": user.user_id,
        "room_id": room_id,
        "sender": inviter.user_id,
        "signed": identity.proof(user.user_id, "token1"),
    }
    body: JsonObject = {"medium": "email", "address": ADDRESS, "mxid": user.user_id, "invites": [invitation]}
    return await user.with_token(None).put(ONBIND, body)


async def is_member(user: ApiClient, room_id: str, of: ApiClient) -> bool:
    path = room_path(room_id, f"/state/m.room.member/{of.user_id}")
    return (await user.get(path)).status == 200


async def test_the_owner_of_a_known_address_is_invited(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer
) -> None:
    identity.owners[ADDRESS] = bob.user_id
    room_id = await create(alice)
    (await invite(alice, room_id, identity.third_party_id("Bob@Example.org"))).ok()
    assert await membership(alice, room_id, bob) == "invite"
    assert identity.stored == []


async def test_an_unknown_address_is_invited_when_it_is_bound(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer
) -> None:
    room_id = await create(alice, name="Parlour")
    (await invite(alice, room_id, identity.third_party_id(ADDRESS))).ok()
    stored = identity.stored[0]
    assert (stored["room_id"], stored["sender"], stored["room_name"]) == (room_id, alice.user_id, "Parlour")
    pending = await state(alice, room_id, "m.room.third_party_invite", "token1")
    assert (pending["display_name"], pending["public_key"]) == ("b...", PUBLIC_KEY)
    assert ADDRESS not in str(pending)
    (await bind(identity, bob, alice, room_id)).ok()
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert (content["membership"], content["third_party_invite"]["display_name"]) == ("invite", "b...")
    (await join(bob, room_id)).ok()


async def test_a_bound_address_is_invited_though_the_inviter_has_left(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer
) -> None:
    room_id = await create(alice, preset="public_chat")
    carol = await alice.with_token(None).register("carol")
    (await join(carol, room_id)).ok()
    (await invite(alice, room_id, identity.third_party_id(ADDRESS))).ok()
    (await alice.post(room_path(room_id, "/leave"))).ok()
    (await bind(identity, bob, alice, room_id)).ok()
    assert await membership(carol, room_id, bob) == "invite"


async def test_revoked_keys_prove_nothing(alice: ApiClient, bob: ApiClient, identity: IdentityServer) -> None:
    room_id = await create(alice)
    (await invite(alice, room_id, identity.third_party_id(ADDRESS))).ok()
    identity.key_is_valid = False
    assert (await bind(identity, bob, alice, room_id)).errcode == "M_FORBIDDEN"
    assert not await is_member(alice, room_id, bob)
    proof = identity.proof(bob.user_id, "token1", sender=alice.user_id)
    assert (await join(bob, room_id, {"third_party_signed": proof})).errcode == "M_FORBIDDEN"
    identity.key_is_valid = True
    (await join(bob, room_id, {"third_party_signed": proof})).ok()


@pytest.mark.parametrize("wrong", ["sender", "room_id", "signatures"])
async def test_what_does_not_fit_an_invitation_is_not_taken(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer, wrong: str
) -> None:
    room_id = await create(alice)
    (await invite(alice, room_id, identity.third_party_id(ADDRESS))).ok()
    invitation: JsonObject = {"room_id": room_id, "sender": alice.user_id}
    invitation["signed"] = identity.proof(bob.user_id, "token1")
    if wrong == "signatures":
        invitation["signed"]["signatures"] = {identity.name: {"ed25519:0": "A" * 86}}
    else:
        invitation[wrong] = {"sender": bob.user_id, "room_id": "!other:example.org"}[wrong]
    assert (await bob.put(ONBIND, {"invites": [invitation]})).errcode == "M_FORBIDDEN"
    assert not await is_member(alice, room_id, bob)


async def test_a_malformed_notice_is_refused(client: ApiClient) -> None:
    malformed: list[JsonValue] = [[{"room_id": 5}], 1, [{}] * 51]
    for invites in malformed:
        body = {"invites": invites}
        assert (await client.put(ONBIND, body)).errcode == "M_BAD_JSON"
    assert (await client.post(ONBIND, {"invites": []})).ok() == {}


async def test_who_may_not_invite_makes_nobody_ask_the_identity_server(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer
) -> None:
    room_id = await create(alice, preset="public_chat")
    assert (await invite(bob, room_id, identity.third_party_id(ADDRESS))).errcode == "M_FORBIDDEN"
    (await join(bob, room_id)).ok()
    assert (await invite(bob, room_id, identity.third_party_id(ADDRESS))).errcode == "M_FORBIDDEN"
    assert identity.asked == []


async def test_a_new_room_invites_owners_and_leaves_invitations(
    alice: ApiClient, bob: ApiClient, identity: IdentityServer
) -> None:
    identity.owners[ADDRESS] = bob.user_id
    addresses: JsonValue = [identity.third_party_id(ADDRESS), identity.third_party_id("carol@example.org")]
    room_id = await create(alice, invite_3pid=addresses)
    assert await membership(alice, room_id, bob) == "invite"
    assert (await state(alice, room_id, "m.room.third_party_invite", "token1"))["display_name"] == "b..."
    assert [stored["address"] for stored in identity.stored] == ["carol@example.org"]


async def test_what_the_identity_server_refuses_is_refused(
    alice: ApiClient, identity: IdentityServer
) -> None:
    room_id = await create(alice)
    address = identity.third_party_id(ADDRESS) | {"id_access_token": "wrong"}
    refused = await invite(alice, room_id, address)
    assert (refused.status, refused.errcode) == (403, "M_UNAUTHORIZED")
    assert (await alice.post("/createRoom", {"invite_3pid": [address]})).status == 403


@pytest.mark.parametrize("id_server", ["127.0.0.1:1", "nonsense/path", "user@host", ""])
async def test_an_identity_server_that_cannot_be_asked_is_an_error_of_the_request(
    alice: ApiClient, identity: IdentityServer, id_server: str
) -> None:
    room_id = await create(alice)
    address = identity.third_party_id(ADDRESS) | {"id_server": id_server}
    assert (await invite(alice, room_id, address)).status == 400
    del address["id_access_token"]
    assert (await invite(alice, room_id, address)).errcode == "M_MISSING_PARAM"
