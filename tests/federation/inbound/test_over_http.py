"""The same over TLS, signed by a fake peer: what only the whole way from the socket on can show."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest

from homeserver.http.metrics import PREFIX
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, send
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom, join_through
from tests.support.federation_servers import FederationServer

WAIT_LIMIT_S = 100
SEND = "/_matrix/federation/v1/send/txn"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(WAIT_LIMIT_S):
        while not await condition():
            await asyncio.sleep(0.02)


async def shared_room(server: FederationServer, peer: FakePeer) -> tuple[ApiClient, str, FakeRoom]:
    """Return a user of a server, a room of theirs, and the room as a peer sees it that has joined it."""
    alice = await server.user("alice")
    room_id = await create(alice, preset="public_chat")
    peer.accept_transactions()
    seen = await join_through(peer, server.name, room_id, peer.user("bob"))
    seen.serve_on(peer)
    return alice, room_id, seen


async def test_events_of_a_peer_reach_the_clients(one_server: FederationServer, fake_peer: FakePeer) -> None:
    alice, room_id, seen = await shared_room(one_server, fake_peer)
    bob = fake_peer.user("bob")
    first, unsent, last = seen.message(bob, "first"), seen.message(bob, "unsent"), seen.message(bob, "last")
    reply = await fake_peer.send_transaction(one_server.name, [first.json, last.json])
    assert reply.ok() == {"pdus": {first.event_id: {}, last.event_id: {}}}

    async def shown() -> bool:
        messages = (await alice.get(f"/rooms/{room_id}/messages", dir="b")).ok()["chunk"]
        return [e["content"].get("body") for e in messages[:3]] == ["last", "unsent", "first"]

    await until(shown)
    assert (
        await fake_peer.get(one_server.name, f"/_matrix/federation/v1/event/{quote(unsent.event_id)}")
    ).ok()


async def test_peer_reads_what_was_said(one_server: FederationServer, fake_peer: FakePeer) -> None:
    alice, room_id, _ = await shared_room(one_server, fake_peer)
    said = (await send(alice, room_id)).ok()["event_id"]
    base, room = "/_matrix/federation/v1", quote(room_id, safe="")
    answer = await fake_peer.get(one_server.name, f"{base}/backfill/{room}", v=said, limit="1")
    assert [pdu["type"] for pdu in answer.ok()["pdus"]] == ["m.room.message"]
    state = (await fake_peer.get(one_server.name, f"{base}/state_ids/{room}", event_id=said)).ok()
    assert len(state["pdu_ids"]) >= 6
    missing = await fake_peer.get(one_server.name, f"{base}/state_ids/{room}")
    assert (missing.status, missing.json["errcode"]) == (400, "M_MISSING_PARAM")


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
async def test_cve_2020_26890_constants_that_are_not_json_are_refused(
    one_server: FederationServer, fake_peer: FakePeer, constant: bytes
) -> None:
    body: JsonObject = {"pdus": [{"depth": 0}]}
    raw = b'{"pdus":[{"depth":' + constant + b"}]}"
    reply = await fake_peer.request("PUT", one_server.name, SEND, body, raw_body=raw)
    assert reply.status == 400


@pytest.mark.filterwarnings("ignore:Sending a large body")
async def test_oversized_transaction_is_refused(one_server: FederationServer, fake_peer: FakePeer) -> None:
    raw = b'{"pdus":["' + b"x" * (14 * 1024 * 1024) + b'"]}'
    reply = await fake_peer.request("PUT", one_server.name, SEND, {"pdus": []}, raw_body=raw)
    assert (reply.status, reply.json["errcode"]) == (413, "M_TOO_LARGE")


async def test_lag_is_shown_in_the_metrics(one_server: FederationServer) -> None:
    names = {PREFIX + sample.name for sample in one_server.services.gauges.samples()}
    assert {f"{PREFIX}federation_inbound_staged_pdus", f"{PREFIX}federation_inbound_lag_seconds"} <= names
