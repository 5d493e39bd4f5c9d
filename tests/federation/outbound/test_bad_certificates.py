"""A peer whose certificate cannot be believed is told nothing, said so once, and tried again later."""

import asyncio

import pytest
from structlog.testing import capture_logs

from federation.protocol.ids import UserId
from homeserver.clock import Clock
from homeserver.commands.federation_check import run_check
from homeserver.storage.destinations import select_destination
from tests.support.authority import Authority
from tests.support.bad_certificates import BAD_CERTIFICATES, bad_context
from tests.support.fake_clock import FakeClock
from tests.support.fake_peer import FakePeer, PeerRequest, running_fake_peer
from tests.support.federation_servers import FederationServer
from tests.support.rooms import make_room

HOST = "127.0.0.1"
SEND = "/_matrix/federation/v1/send/{txnId}"
REASONS = {
    "expired": "certificate has expired",
    "of another name": "IP address mismatch, certificate is not valid for '127.0.0.1'.",
    "self-signed": "self-signed certificate",
}
HANGING_AFTER_S = 60.0


@pytest.fixture
def server_clock(clock: FakeClock) -> Clock:
    return clock


async def until_failing(server: FederationServer, peer: FakePeer) -> str | None:
    """Wait until a server has given a peer up for a while; return why."""
    async with asyncio.timeout(HANGING_AFTER_S):
        while True:
            async with server.services.db.acquire() as conn:
                row = await select_destination(conn, peer.name)
            if row is not None and row.failing_since_ms is not None:
                return row.failure
            await asyncio.sleep(0.02)


def has_message(request: PeerRequest) -> bool:
    return any(pdu["type"] == "m.room.message" for pdu in request.body["pdus"])


@pytest.mark.parametrize("kind", BAD_CERTIFICATES)
async def test_peer_with_a_bad_certificate_is_told_nothing_until_it_has_a_good_one(
    one_server: FederationServer,
    authority: Authority,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    context = bad_context(kind, authority.ca, HOST)
    reason = f"its certificate is not accepted: {REASONS[kind]}"
    async with running_fake_peer(authority, context=context) as peer:
        peer.accept_transactions()
        alice = await one_server.user("alice")
        with capture_logs() as logs:
            room = await make_room(
                one_server.services.rooms, UserId(alice.user_id), members=[peer.user("bob")]
            )
            path = f"/rooms/{room.room_id}/send/m.room.message/1"
            (await alice.put(path, {"msgtype": "m.text", "body": "hello"})).ok()
            assert await until_failing(one_server, peer) == reason
        [line] = [line for line in logs if line.get("destination") == peer.name]
        assert (line["event"], line["reason"]) == ("destination.failing", reason)

        capsys.readouterr()
        assert not await run_check(one_server.settings, peer.name)
        [told] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILS")]
        assert told.endswith(reason)
        assert peer.requests == []

        authority.ca.issue_cert(HOST).configure_cert(context)
        clock.advance(10_000)
        await peer.wait_for_request(SEND, has_message)
