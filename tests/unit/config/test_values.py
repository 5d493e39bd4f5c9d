"""Sizes, durations and networks as operators write them."""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from homeserver.config.values import parse_duration, parse_network, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1024", 1024),
        ("50M", 50 * 1024**2),
        ("50 MB", 50 * 1024**2),
        ("1GiB", 1024**3),
        ("2k", 2048),
    ],
)
def test_size_is_read_in_powers_of_1024(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1M", "1.5M", "50 elephants", "1e9", "9" * 16, "٣M"])
def test_anything_else_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="50M"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [("30d", timedelta(days=30)), ("1 h", timedelta(hours=1)), ("250ms", timedelta(milliseconds=250))],
)
def test_duration_is_read_with_its_unit(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("value", ["", "30", "d", "-1d", "1.5d", "1001y", 30, None])
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="unit"):
        parse_duration(value)


def test_network_ignores_host_bits() -> None:
    assert parse_network("10.1.2.3/8") == ip_network("10.0.0.0/8")


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0.0/33"])
def test_anything_else_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match="address or a network"):
        parse_network(text)
