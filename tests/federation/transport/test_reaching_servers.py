"""A request really arrives where discovery says, under the right name, and nowhere else."""

import pytest
import trustme

from federation.errors import PeerRefused, PeerUnreachable
from federation.protocol.ids import ServerName
from federation.transport.connections import Security
from federation.transport.open_transport import Transport
from federation.transport.resolver import Service
from tests.federation.transport.conftest import OURSELVES, MakeSite
from tests.federation.transport.network import Names, Site, answering
from tests.support.authority import Authority

EXAMPLE = ServerName("example.org")
PATH = "/_matrix/federation/v1/x"


async def reached(transport: Transport, server: str, site: Site) -> tuple[str, str | None]:
    """Return the Host header and the TLS server name that a request to a server had."""
    site.answer = answering({})
    await transport.client.get(ServerName(server), PATH)
    return site.asked[-1][0], site.server_names[-1] if site.server_names else None


async def test_step_1_an_address_gets_no_server_name_in_tls(transport: Transport, site: MakeSite) -> None:
    peer = await site("127.0.0.1")
    server = f"127.0.0.1:{peer.port}"
    assert await reached(transport, server, peer) == (server, None)


async def test_step_2_a_name_with_a_port(transport: Transport, site: MakeSite, names: Names) -> None:
    peer = await site("example.org")
    names.ports[("example.org", 5678)] = peer.port
    assert await reached(transport, "example.org:5678", peer) == ("example.org:5678", "example.org")


async def test_step_3_delegation(transport: Transport, site: MakeSite, names: Names) -> None:
    domain, peer = await site("example.org"), await site("matrix.example.org")
    domain.answer = answering({"m.server": "matrix.example.org:5678"})
    names.ports |= {("example.org", 443): domain.port, ("matrix.example.org", 5678): peer.port}
    found = await reached(transport, "example.org", peer)
    assert found == ("matrix.example.org:5678", "matrix.example.org")


async def test_step_4_the_target_of_an_srv_record_proves_to_be_the_server_it_stands_for(
    transport: Transport, site: MakeSite, names: Names
) -> None:
    peer = await site("example.org")
    names.records["_matrix-fed._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    names.ports[("target.net", 1234)] = peer.port
    assert await reached(transport, "example.org", peer) == ("example.org", "example.org")


async def test_the_target_of_an_srv_record_with_its_own_certificate_only_is_not_believed(
    transport: Transport, site: MakeSite, names: Names
) -> None:
    peer = await site("target.net")
    names.records["_matrix-fed._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    names.ports[("target.net", 1234)] = peer.port
    with pytest.raises(PeerUnreachable, match="certificate is not accepted"):
        await transport.client.get(EXAMPLE, PATH)
    assert peer.asked == []


async def test_the_next_target_is_asked_where_the_first_is_down(
    transport: Transport, site: MakeSite, names: Names
) -> None:
    peer = await site("example.org")
    names.records["_matrix-fed._tcp.example.org"] = [Service("down.net", 1, 1, 0), Service("up.net", 1, 2, 0)]
    names.ports |= {("down.net", 1): 1, ("up.net", 1): peer.port}
    assert await reached(transport, "example.org", peer) == ("example.org", "example.org")


async def test_step_6_port_8448(transport: Transport, site: MakeSite, names: Names) -> None:
    peer = await site("example.org")
    names.ports[("example.org", 8448)] = peer.port
    assert await reached(transport, "example.org", peer) == ("example.org", "example.org")


async def test_two_servers_at_one_address_do_not_share_a_connection(
    transport: Transport, site: MakeSite, names: Names
) -> None:
    peer = await site("a.org", "b.org")
    names.records |= {f"_matrix-fed._tcp.{name}": [Service("t.net", 1, 0, 0)] for name in ("a.org", "b.org")}
    names.ports[("t.net", 1)] = peer.port
    await reached(transport, "a.org", peer)
    await reached(transport, "b.org", peer)
    assert peer.server_names == ["a.org", "b.org"]


async def test_a_certificate_of_an_unknown_authority_is_refused(
    transport: Transport, site: MakeSite, names: Names
) -> None:
    peer = await site("example.org", ca=trustme.CA())
    names.ports[("example.org", 8448)] = peer.port
    with pytest.raises(PeerUnreachable, match="certificate is not accepted"):
        await transport.client.get(EXAMPLE, PATH)
    assert peer.asked == []


class TestWithoutVerification:
    @pytest.fixture
    def security(self) -> Security:
        return Security(verify_tls=False, allow_private_addresses=True)

    async def test_any_certificate_is_accepted_where_the_operator_wants_it(
        self, transport: Transport, site: MakeSite, names: Names
    ) -> None:
        peer = await site("other.org", ca=trustme.CA())
        names.ports[("example.org", 8448)] = peer.port
        assert (await reached(transport, "example.org", peer))[0] == "example.org"


class TestWithoutPrivateAddresses:
    """CVE-2021-21273: SSRF through server names."""

    @pytest.fixture
    def security(self, authority: Authority) -> Security:
        return Security(authority.ca_file)

    @pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "10.0.0.1", "[::ffff:127.0.0.1]"])
    async def test_a_private_address_as_a_name_is_not_connected_to(
        self, transport: Transport, address: str
    ) -> None:
        with pytest.raises(PeerUnreachable, match="not an address of the open internet"):
            await transport.client.get(ServerName(address), PATH)

    async def test_a_name_with_a_private_address_is_not_connected_to(
        self, transport: Transport, site: MakeSite, names: Names
    ) -> None:
        peer = await site("example.org")
        names.ports[("example.org", 8448)] = peer.port
        with pytest.raises(PeerUnreachable, match="not an address of the open internet"):
            await transport.client.get(EXAMPLE, PATH)
        assert peer.server_names == []

    async def test_a_delegation_to_a_private_address_is_not_followed(
        self, transport: Transport, names: Names
    ) -> None:
        names.records["_matrix-fed._tcp.example.org"] = [Service("10.0.0.1", 443, 0, 0)]
        with pytest.raises(PeerUnreachable, match="not an address of the open internet"):
            await transport.client.get(EXAMPLE, PATH)


async def test_a_name_without_an_address_says_so(transport: Transport) -> None:
    with pytest.raises(PeerUnreachable, match="has no address"):
        await transport.client.get(EXAMPLE, PATH)


async def test_this_server_does_not_ask_itself(transport: Transport) -> None:
    with pytest.raises(PeerUnreachable, match="ourselves"):
        await transport.client.get(OURSELVES, PATH)


async def test_an_error_is_not_another_server(transport: Transport, site: MakeSite, names: Names) -> None:
    first, second = await site("example.org"), await site("example.org")
    names.records["_matrix-fed._tcp.example.org"] = [Service("a.net", 1, 1, 0), Service("b.net", 1, 2, 0)]
    names.ports |= {("a.net", 1): first.port, ("b.net", 1): second.port}
    with pytest.raises(PeerRefused):
        await transport.client.get(EXAMPLE, PATH)
    assert second.asked == []
