"""The kinds of value an operator writes that TOML has no type for: sizes, durations, addresses."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

SIZE = re.compile(r"([0-9]{1,15}) *([KMGT]?)(?:i?B)?", re.IGNORECASE)
SIZE_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}

DURATION = re.compile(r"([0-9]{1,9}) *(ms|s|m|h|d|w|y)")
DURATION_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
LONGEST_DURATION = timedelta(days=365 * 1000)


class Section(BaseModel):
    """A table of the configuration: immutable, and every key it does not know is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def parse_size(value: object) -> object:
    """Return the number of bytes in a size such as `50M`; K, M, G and T are powers of 1024.

    Raises: ValueError for a text that is no size. Anything but text is left to the type's own check.
    """
    if not isinstance(value, str):
        return value
    match = SIZE.fullmatch(value.strip())
    if match is None:
        raise ValueError('should be a number of bytes or a size such as "50M"')
    return int(match[1]) * SIZE_UNITS[match[2].upper()]


def parse_duration(value: object) -> timedelta:
    """Return the time span of a duration such as `30d`; the unit is required.

    Raises: ValueError for anything but a number with one of the units ms, s, m, h, d, w, y.
    """
    if isinstance(value, timedelta):
        return value
    match = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    span = None if match is None else _times(int(match[1]), DURATION_UNITS[match[2]])
    if span is None:
        raise ValueError('should be a duration with its unit, such as "30d", "12h", "5m" or "10s"')
    return span


def parse_network(value: object) -> object:
    """Return the network of an address or CIDR notation; host bits are ignored.

    Raises: ValueError for a text that is neither.
    """
    if not isinstance(value, str):
        return value
    try:
        return ip_network(value.strip(), strict=False)
    except ValueError:
        raise ValueError('should be an address or a network, such as "10.0.0.0/8" or "::1"') from None


def _times(count: int, unit: timedelta) -> timedelta | None:
    return count * unit if count <= LONGEST_DURATION // unit else None


Size = Annotated[int, BeforeValidator(parse_size)]
"""A number of bytes."""

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
"""A span of time; written with its unit."""

Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(parse_network)]
"""An address or a network in CIDR notation."""
