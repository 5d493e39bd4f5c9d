"""Every step from a server name to its server.

Spec: https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names
"""

import random

import pytest

from federation.protocol.ids import ServerName
from federation.transport.discovery import (
    FAILURE_KEPT_MS,
    SERVICES_KEPT_MS,
    Discovery,
    Endpoint,
    FoundBy,
    Undiscoverable,
)
from federation.transport.resolver import Service
from federation.transport.well_known import WellKnown
from tests.federation.transport.network import Names
from tests.support.fake_clock import FakeClock


class Files:
    """Well-known files. `asked` are the hosts whose file was looked up."""

    def __init__(self, **delegations: str) -> None:
        self.delegations = delegations
        self.asked: list[str] = []

    async def look_up(self, host: str) -> WellKnown:
        self.asked.append(host)
        delegated = self.delegations.get(host.split(".")[0])
        return WellKnown(ServerName(delegated) if delegated else None)


def discovery_of(names: Names, files: Files | None = None, clock: FakeClock | None = None) -> Discovery:
    return Discovery(files or Files(), names, (clock or FakeClock()).now_ms, random.Random(1))


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("1.2.3.4", "1.2.3.4", 8448),
        ("1.2.3.4:5678", "1.2.3.4", 5678),
        ("[2001:db8::1]", "2001:db8::1", 8448),
        ("[2001:db8::1]:5678", "2001:db8::1", 5678),
    ],
)
async def test_step_1_an_address_is_asked_itself(names: Names, server: str, host: str, port: int) -> None:
    files = Files()
    route = await discovery_of(names, files).find(ServerName(server))
    assert route.endpoints == (Endpoint(host, port),)
    assert (route.host_header, route.tls_name, route.found_by) == (server, host, FoundBy.ADDRESS)
    assert files.asked == names.asked == []


async def test_step_2_a_port_is_taken_as_it_is(names: Names) -> None:
    files = Files()
    route = await discovery_of(names, files).find(ServerName("example.org:5678"))
    assert route.endpoints == (Endpoint("example.org", 5678),)
    assert (route.host_header, route.tls_name) == ("example.org:5678", "example.org")
    assert files.asked == names.asked == []


@pytest.mark.parametrize("delegated", ["1.2.3.4", "1.2.3.4:5678", "[2001:db8::1]:5678"])
async def test_step_3_1_delegation_to_an_address(names: Names, delegated: str) -> None:
    route = await discovery_of(names, Files(example=delegated)).find(ServerName("example.org"))
    host = "2001:db8::1" if "[" in delegated else "1.2.3.4"
    assert route.endpoints == (Endpoint(host, 5678 if "5678" in delegated else 8448),)
    assert (route.host_header, route.tls_name) == (delegated, host)


async def test_step_3_2_delegation_to_a_name_with_a_port(names: Names) -> None:
    route = await discovery_of(names, Files(example="other.org:5678")).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("other.org", 5678),)
    assert (route.host_header, route.tls_name) == ("other.org:5678", "other.org")
    assert names.asked == []


async def test_step_3_3_delegation_to_a_name_with_an_srv_record(names: Names) -> None:
    names.records["_matrix-fed._tcp.other.org"] = [Service("target.net", 1234, 0, 0)]
    route = await discovery_of(names, Files(example="other.org")).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("target.net", 1234),)
    assert (route.host_header, route.tls_name, route.found_by) == ("other.org", "other.org", FoundBy.SERVICE)


async def test_step_3_4_delegation_to_a_name_with_a_deprecated_srv_record(names: Names) -> None:
    names.records["_matrix._tcp.other.org"] = [Service("target.net", 1234, 0, 0)]
    route = await discovery_of(names, Files(example="other.org")).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("target.net", 1234),)
    assert (route.tls_name, route.found_by) == ("other.org", FoundBy.OLD_SERVICE)
    assert names.asked == ["_matrix-fed._tcp.other.org", "_matrix._tcp.other.org"]


async def test_step_3_5_delegation_to_a_name_alone(names: Names) -> None:
    files = Files(example="other.org", other="third.org")
    route = await discovery_of(names, files).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("other.org", 8448),)
    assert (route.host_header, route.tls_name) == ("other.org", "other.org")
    assert files.asked == ["example.org"], "a delegation is not followed twice"


async def test_step_4_an_srv_record_without_delegation(names: Names) -> None:
    names.records["_matrix-fed._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    route = await discovery_of(names).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("target.net", 1234),)
    assert (route.host_header, route.tls_name) == ("example.org", "example.org")


async def test_step_5_a_deprecated_srv_record_without_delegation(names: Names) -> None:
    names.records["_matrix._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    assert (await discovery_of(names).find(ServerName("example.org"))).found_by is FoundBy.OLD_SERVICE


async def test_step_6_port_8448_where_nothing_says_otherwise(names: Names) -> None:
    route = await discovery_of(names).find(ServerName("example.org"))
    assert route.endpoints == (Endpoint("example.org", 8448),)
    assert (route.host_header, route.found_by) == ("example.org", FoundBy.DEFAULT)


async def test_srv_records_are_tried_by_priority_and_drawn_by_weight(names: Names) -> None:
    names.records["_matrix-fed._tcp.example.org"] = [
        Service("last.net", 1, 20, 0), Service("seldom.net", 1, 10, 1), Service("often.net", 1, 10, 99),
    ]  # fmt: skip
    discovery = discovery_of(names)
    orders = [(await discovery.find(ServerName("example.org"))).endpoints for _ in range(100)]
    assert all(order[2].host == "last.net" for order in orders)
    assert 90 <= sum(order[0].host == "often.net" for order in orders) < 100 + 1


async def test_no_more_than_a_few_endpoints_are_tried(names: Names) -> None:
    names.records["_matrix-fed._tcp.example.org"] = [Service(f"t{n}.net", 1, 0, 0) for n in range(30)]
    assert len((await discovery_of(names).find(ServerName("example.org"))).endpoints) == 4


async def test_a_domain_may_say_that_it_does_not_federate(names: Names) -> None:
    names.records["_matrix-fed._tcp.example.org"] = [Service("", 0, 0, 0)]
    with pytest.raises(Undiscoverable):
        await discovery_of(names).find(ServerName("example.org"))


@pytest.mark.parametrize("server", ["example.org:0", "example.org:65536", "1.2.3.4:99999"])
async def test_an_impossible_port_is_not_asked(names: Names, server: str) -> None:
    with pytest.raises(Undiscoverable):
        await discovery_of(names).find(ServerName(server))


async def test_srv_records_are_kept_for_a_while(names: Names, clock: FakeClock) -> None:
    names.records["_matrix-fed._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    discovery = discovery_of(names, clock=clock)
    for _ in range(2):
        await discovery.find(ServerName("example.org"))
    assert len(names.asked) == 1
    clock.advance(SERVICES_KEPT_MS)
    await discovery.find(ServerName("example.org"))
    assert len(names.asked) == 2


async def test_a_failed_look_up_leads_to_the_default_port_for_a_short_while(
    names: Names, clock: FakeClock
) -> None:
    names.fails = True
    discovery = discovery_of(names, clock=clock)
    assert (await discovery.find(ServerName("example.org"))).found_by is FoundBy.DEFAULT
    names.fails = False
    names.records["_matrix-fed._tcp.example.org"] = [Service("target.net", 1234, 0, 0)]
    clock.advance(FAILURE_KEPT_MS)
    assert (await discovery.find(ServerName("example.org"))).found_by is FoundBy.SERVICE
