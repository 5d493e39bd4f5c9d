"""What `parlour federation check` says about servers that work, and about those that do not."""

from collections.abc import Mapping

import pytest
import trustme
from aiohttp import web

from federation.protocol.ids import ServerName
from federation.transport.check_server import Finding, check_server
from federation.transport.connections import Security
from federation.transport.open_transport import Transport
from federation.transport.resolver import Service
from tests.federation.transport.conftest import MakeSite
from tests.federation.transport.network import Names, Site, answering
from tests.federation.transport.peers import DAY_MS, Peer
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock

PEER = Peer.make("example.org")
VERSION = {"server": {"name": "Test", "version": "1.0\x1b[31m"}}


class Answers:
    """A whole server's answers, by path; the rest is refused with a Matrix error."""

    def __init__(self, clock: FakeClock) -> None:
        self.by_path: dict[str, object] = {
            "/_matrix/federation/v1/version": VERSION,
            "/_matrix/key/v2/server": PEER.document(clock.now_ms() + DAY_MS),
        }
        self.status = 404
        self.refusal: Mapping[str, str] = {"errcode": "M_NOT_FOUND", "error": "nobody"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.by_path:
            return web.json_response(self.by_path[request.path])
        return web.json_response(self.refusal, status=self.status)


@pytest.fixture
def answers(clock: FakeClock) -> Answers:
    return Answers(clock)


@pytest.fixture
async def peer(site: MakeSite, names: Names, answers: Answers) -> Site:
    found = await site("example.org")
    found.answer = answers.handle
    names.ports[("example.org", 8448)] = found.port
    return found


async def findings(transport: Transport, clock: FakeClock, server: str = "example.org") -> dict[str, Finding]:
    found = check_server(transport, ServerName(server), clock.now_ms, sign=True)
    return {finding.step: finding async for finding in found}


async def test_a_server_that_works(transport: Transport, peer: Site, clock: FakeClock) -> None:
    found = await findings(transport, clock)
    assert list(found) == ["well-known", "discovery", "addresses", "TLS", "version", "keys", "signing"]
    assert [finding.works for finding in found.values()] == [None, True, True, True, True, True, True]
    assert found["discovery"].words.startswith("example.org is at example.org:8448")
    assert "speaks TLSv1.3; its certificate is valid for example.org until" in found["TLS"].words
    assert found["version"].words == "Test 1.0[31m"
    assert found["keys"].words.startswith("ed25519:a, valid until ")


async def test_a_delegation_and_an_srv_record_are_told(
    transport: Transport, site: MakeSite, names: Names, clock: FakeClock
) -> None:
    domain = await site("example.org")
    domain.answer = answering({"m.server": "other.org"})
    names.ports[("example.org", 443)] = domain.port
    names.records["_matrix._tcp.other.org"] = [Service("target.net", 1234, 0, 0)]
    found = await findings(transport, clock)
    assert found["well-known"].words == "it says other.org"
    assert "target.net:1234: an SRV record of _matrix._tcp" in found["discovery"].words
    assert found["addresses"] == Finding("addresses", False, "target.net has no address")


async def test_a_wrong_certificate_is_told(
    transport: Transport, site: MakeSite, names: Names, clock: FakeClock
) -> None:
    names.ports[("example.org", 8448)] = (await site("example.org", ca=trustme.CA())).port
    found = await findings(transport, clock)
    assert found["TLS"].works is False
    assert "its certificate is not accepted: unable to get local issuer" in found["TLS"].words
    assert "keys" not in found


async def test_a_certificate_of_another_name_is_told(
    transport: Transport, site: MakeSite, names: Names, clock: FakeClock
) -> None:
    names.ports[("example.org", 8448)] = (await site("other.org")).port
    assert "not valid for 'example.org'" in (await findings(transport, clock))["TLS"].words


async def test_something_else_than_a_matrix_server_is_told(
    transport: Transport, peer: Site, answers: Answers, clock: FakeClock
) -> None:
    answers.by_path.clear()
    found = await findings(transport, clock)
    assert "no Matrix server answers there" in found["version"].words
    assert "keys" not in found


async def test_keys_that_cannot_be_used_are_told(
    transport: Transport, peer: Site, answers: Answers, clock: FakeClock
) -> None:
    answers.by_path["/_matrix/key/v2/server"] = {**PEER.document(clock.now_ms()), "valid_until_ts": 1}
    assert (await findings(transport, clock))["keys"].works is False
    answers.by_path["/_matrix/key/v2/server"] = PEER.document(clock.now_ms() - 1)
    assert (await findings(transport, clock))["keys"].words == "all its keys have expired"


async def test_a_signature_that_is_not_accepted_is_told(
    transport: Transport, peer: Site, answers: Answers, clock: FakeClock
) -> None:
    answers.status = 401
    found = (await findings(transport, clock))["signing"]
    assert found.works is False
    assert "perhaps since it cannot reach us" in found.words


class TestWithoutPrivateAddresses:
    @pytest.fixture
    def security(self, authority: Authority) -> Security:
        return Security(authority.ca_file)

    async def test_a_private_address_is_told(
        self, transport: Transport, peer: Site, clock: FakeClock
    ) -> None:
        found = await findings(transport, clock)
        assert "not connected to: 127.0.0.1" in found["addresses"].words
        assert found["addresses"].works is False
        assert peer.server_names == []
