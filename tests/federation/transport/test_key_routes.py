"""The keys a running server publishes, and those it vouches for."""

from urllib.parse import quote

import pytest

from federation.protocol.ids import ServerName
from federation.protocol.signing import decode_base64, encode_base64, generate_signing_key, verify_json
from federation.transport.server_keys import read_server_keys
from homeserver import __version__
from homeserver.commands.federation_check import run_check
from homeserver.json_types import JsonObject, JsonValue
from homeserver.peers.rotate_key import rotate_signing_key
from homeserver.signing_key_file import find_signing_key, public_half
from tests.federation.transport.peers import Peer
from tests.support.fake_peer import FakePeer, now_ms
from tests.support.federation_servers import FederationServer

OWN = "/_matrix/key/v2/server"
QUERY = "/_matrix/key/v2/query"


async def own_document(server: FederationServer, peer: FakePeer) -> JsonObject:
    return (await peer.get(server.name, OWN)).ok()


def check_vouched(document: JsonObject, server: FederationServer, peer: FakePeer) -> None:
    """Check that a document holds the peer's key and both signatures."""
    (key,) = read_server_keys(peer.name, document, now_ms())
    assert key.public_key == peer.key.public_key
    own = server.services.rooms.author.key
    verify_json(document, server.name, own.key_id, own.public_key)


async def test_our_keys_are_signed_and_valid_for_more_than_an_hour(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    document = await own_document(one_server, fake_peer)
    (key,) = read_server_keys(one_server.name, document, now_ms())
    assert key.valid_until_ms > now_ms() + 3600 * 1000
    assert await own_document(one_server, fake_peer) == document


async def test_keys_of_another_server_are_vouched_for(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    found = (await fake_peer.get(one_server.name, f"{QUERY}/{fake_peer.name}")).ok()["server_keys"]
    check_vouched(found[0], one_server, fake_peer)


async def test_keys_of_several_servers_are_vouched_for_with_one_query(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    wanted: JsonObject = {fake_peer.name: {fake_peer.key.key_id: {}}, one_server.name: {}, "127.0.0.1:1": {}}
    found = (await fake_peer.post(one_server.name, QUERY, {"server_keys": wanted})).ok()["server_keys"]
    by_name = {document["server_name"]: document for document in found}
    assert set(by_name) == {fake_peer.name, one_server.name}
    check_vouched(by_name[fake_peer.name], one_server, fake_peer)


async def test_keys_of_a_server_that_is_gone_are_still_vouched_for(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    path = f"{QUERY}/{fake_peer.name}"
    (await fake_peer.get(one_server.name, path)).ok()
    fake_peer.answer(OWN, (500, {}))
    later = str(now_ms() + 30 * 24 * 3600 * 1000)
    found = (await fake_peer.get(one_server.name, path, minimum_valid_until_ts=later)).ok()["server_keys"]
    check_vouched(found[0], one_server, fake_peer)


async def test_keys_that_their_server_forgot_are_still_vouched_for(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    first = fake_peer.key
    day_ms = 24 * 3600 * 1000
    long_ago = Peer(fake_peer.name, first).document(now_ms() - day_ms)
    since_then = Peer(fake_peer.name, generate_signing_key("other", bytes(32))).document(
        now_ms() - day_ms // 2
    )
    fake_peer.answer(OWN, long_ago)
    for document in (long_ago, since_then, since_then):
        fake_peer.answer(OWN, document)
        found = await vouched_by_key(one_server, fake_peer, first.key_id, now_ms())
        assert [one["valid_until_ts"] for one in found] == [long_ago["valid_until_ts"]]
    check_vouched(found[0], one_server, fake_peer)
    path = f"{QUERY}/{fake_peer.name}/{quote(first.key_id, safe='')}"
    assert (await fake_peer.get(one_server.name, path)).ok()["server_keys"] == found
    (newest, _) = (await fake_peer.get(one_server.name, f"{QUERY}/{fake_peer.name}")).ok()["server_keys"]
    assert newest["valid_until_ts"] == since_then["valid_until_ts"]


async def vouched_by_key(
    server: FederationServer, peer: FakePeer, key_id: str, until_ms: int
) -> list[JsonObject]:
    wanted: JsonObject = {peer.name: {key_id: {"minimum_valid_until_ts": until_ms}}}
    found: list[JsonObject] = (await peer.post(server.name, QUERY, {"server_keys": wanted})).ok()[
        "server_keys"
    ]
    return found


async def test_a_forged_document_is_not_vouched_for(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    fake_peer.answer(OWN, {**fake_peer.key_answer(), "valid_until_ts": 1})
    found = (await fake_peer.get(one_server.name, f"{QUERY}/{fake_peer.name}")).ok()
    assert found == {"server_keys": []}


async def test_a_malformed_query_is_refused(one_server: FederationServer, fake_peer: FakePeer) -> None:
    too_many: JsonObject = {f"s{number}.org": {} for number in range(1001)}
    malformed: list[JsonValue] = [[], {"not a name": {}}, {"a.org": []}, too_many]
    for queries in malformed:
        assert (await fake_peer.post(one_server.name, QUERY, {"server_keys": queries})).status == 400
    assert (await fake_peer.post(one_server.name, QUERY, {})).status == 400


async def test_an_empty_query_has_an_empty_answer(one_server: FederationServer, fake_peer: FakePeer) -> None:
    assert (await fake_peer.post(one_server.name, QUERY, {"server_keys": {}})).ok() == {"server_keys": []}


async def test_the_version_is_told_without_a_signature(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    path = "/_matrix/federation/v1/version"
    answer = (await fake_peer.request("GET", one_server.name, path, authorization="none")).ok()
    assert answer == {"server": {"name": "Parlour", "version": __version__}}


async def test_after_a_rotation_the_old_key_is_published_as_expired(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    services, settings = one_server.services, one_server.settings
    before = services.rooms.author.key
    old_id, new_id = await rotate_signing_key(services.db, settings, 1000)
    assert old_id == before.key_id
    await one_server.stop()
    await one_server.start()
    document = await own_document(one_server, fake_peer)
    keys = {key.key_id: key for key in read_server_keys(ServerName(one_server.name), document, now_ms())}
    assert keys[old_id].valid_until_ms == 1000
    assert keys[old_id].public_key == before.public_key
    assert keys[new_id].public_key == one_server.services.rooms.author.key.public_key
    assert document["old_verify_keys"] == {
        old_id: {"expired_ts": 1000, "key": encode_base64(before.public_key)}
    }


async def test_a_key_put_into_the_file_by_hand_is_taken_up(one_server: FederationServer) -> None:
    services, settings = one_server.services, one_server.settings
    (settings.data_dir / "signing.key").write_text(f"ed25519 mine {encode_base64(bytes(32))}\n")
    _, new_id = await rotate_signing_key(services.db, settings, 1000)
    assert new_id == "ed25519:mine"
    key = find_signing_key(settings)
    assert key is not None
    assert decode_base64(public_half(key).partition(" ")[2]) == key.public_key
    await one_server.stop()
    await one_server.start()


@pytest.mark.parametrize("overrides", [{"federation": {"deny": ["127.0.0.1"]}}])
async def test_a_server_that_is_kept_away_is_refused_and_not_asked(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    path = "/_matrix/federation/v1/query/directory"
    reply = await fake_peer.get(one_server.name, path, room_alias="#a:b.org")
    assert (reply.status, reply.json["errcode"]) == (403, "M_FORBIDDEN")
    found = (await fake_peer.get(one_server.name, f"{QUERY}/{fake_peer.name}")).ok()
    assert found == {"server_keys": []}


async def test_one_server_finds_nothing_wrong_with_another(
    two_servers: tuple[FederationServer, FederationServer], capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = two_servers
    assert await run_check(ours.settings, theirs.name)
    steps = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert steps == [["ok", step] for step in ("discovery", "addresses", "TLS", "version", "keys", "signing")]
