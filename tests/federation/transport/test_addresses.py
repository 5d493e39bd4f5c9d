"""CVE-2021-21273, CVE-2021-21392, CVE-2024-52594: nobody sends this server into its own network."""

import socket

import pytest

from federation.transport.addresses import AddressDenied, is_public, open_public_socket


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.88.99.1", "203.0.113.1", "::", "::1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1", "2001:db8::1",
        "64:ff9b:1::1.1.1.1",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
        "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:0:101:101:0:0:80ff:fffe",
        "2a00::5efe:10.0.0.1", "2a00::200:5efe:7f00:1",
    ],
)  # fmt: skip
def test_private_addresses_inside_addresses_of_tunnels_and_translators_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1", "2002:101:101::1"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_no_socket_is_made_for_a_private_address() -> None:
    with pytest.raises(AddressDenied):
        open_public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)))


def test_a_socket_is_made_for_a_public_address() -> None:
    open_public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))).close()
