from collections.abc import Sequence
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from homeserver.http.addresses import ClientAddresses


def request_from(peer: str, *forwarded: str) -> web.Request:
    request = make_mocked_request("GET", "/", headers=[("X-Forwarded-For", value) for value in forwarded])
    return request.clone(remote=peer)


def address(request: web.Request, trusted: Sequence[str] = ("10.0.0.0/8", "::1/128")) -> str:
    return ClientAddresses([ip_network(network) for network in trusted]).of(request)


def test_header_of_an_untrusted_peer_is_ignored() -> None:
    assert address(request_from("203.0.113.9", "192.0.2.1")) == "203.0.113.9"
    assert address(request_from("10.0.0.1", "192.0.2.1"), trusted=()) == "10.0.0.1"


def test_trusted_proxy_names_the_client() -> None:
    assert address(request_from("10.0.0.1", "192.0.2.1")) == "192.0.2.1"


def test_client_cannot_put_an_address_before_its_own() -> None:
    """Tuwunel 1.6.1: clients chose the address that was counted."""
    assert address(request_from("10.0.0.1", "198.51.100.7, 192.0.2.1")) == "192.0.2.1"
    assert address(request_from("10.0.0.1", "198.51.100.7", "192.0.2.1, 10.2.3.4")) == "192.0.2.1"


@pytest.mark.parametrize("junk", ["", "unknown", "192.0.2.1:80, x", ", ,"])
def test_what_is_no_address_ends_the_chain(junk: str) -> None:
    assert address(request_from("10.0.0.1", junk)) == "10.0.0.1"


def test_whoever_may_open_a_socket_in_the_file_system_is_trusted() -> None:
    assert address(request_from("", "192.0.2.1"), trusted=()) == "192.0.2.1"
    assert address(request_from(""), trusted=()) == "unix"
