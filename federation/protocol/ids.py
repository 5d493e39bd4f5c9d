"""Matrix identifiers: types, parsers, and access to their parts.

Spec: https://spec.matrix.org/v1.19/appendices/#identifier-grammar
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final, NewType

from federation.protocol.errors import InvalidIdentifier

__all__ = [
    "DeviceId",
    "EventId",
    "InvalidIdentifier",
    "MAX_IDENTIFIER_BYTES",
    "RoomAlias",
    "RoomId",
    "ServerName",
    "UserId",
    "is_strict_localpart",
    "localpart_of",
    "parse_event_id",
    "parse_room_alias",
    "parse_room_id",
    "parse_server_name",
    "parse_user_id",
    "server_name_of",
]

UserId = NewType("UserId", str)
RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)
RoomAlias = NewType("RoomAlias", str)
ServerName = NewType("ServerName", str)
DeviceId = NewType("DeviceId", str)

MAX_IDENTIFIER_BYTES: Final = 255

_SERVER_NAME = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z.-]{1,255}))(?::[0-9]{1,5})?")
_DOTTED_QUAD = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_STRICT_LOCALPART = re.compile(r"[a-z0-9._=/+-]+")
_ROOM_ID_HASH = re.compile(r"[0-9A-Za-z_-]{43}")


def parse_server_name(text: str) -> ServerName:
    """Parse a server name: host name, IPv4 literal or bracketed IPv6 literal, with an optional port.

    Raises: InvalidIdentifier.
    Spec: https://spec.matrix.org/v1.19/appendices/#server-name
    """
    match = _SERVER_NAME.fullmatch(text)
    if match is None or len(text) > MAX_IDENTIFIER_BYTES:
        raise InvalidIdentifier("not a server name")
    ipv6_literal, host = match.groups()
    if ipv6_literal is not None:
        _check_ipv6_literal(ipv6_literal)
    else:
        _check_ipv4_literal(host)
    return ServerName(text)


def parse_user_id(text: str) -> UserId:
    """Parse a user ID, historical ones included.

    Use `is_strict_localpart` as well for accounts about to be made.
    Raises: InvalidIdentifier.
    Spec: https://spec.matrix.org/v1.19/appendices/#user-identifiers
    """
    _check_with_domain(text, "@", "user ID")
    return UserId(text)


def parse_room_alias(text: str) -> RoomAlias:
    """Parse a room alias.

    Raises: InvalidIdentifier.
    Spec: https://spec.matrix.org/v1.19/appendices/#room-aliases
    """
    _check_with_domain(text, "#", "room alias")
    return RoomAlias(text)


def parse_room_id(text: str, *, with_domain: bool | None = None) -> RoomId:
    """Parse a room ID.

    `with_domain` says what the room version asks for: True for `!opaque:domain`, False for the hash of a
    create event, None (the room version is not known yet) for either.
    Raises: InvalidIdentifier.
    Spec: https://spec.matrix.org/v1.19/appendices/#room-ids
    """
    if with_domain is True or (with_domain is None and ":" in text):
        _check_with_domain(text, "!", "room ID")
    else:
        _check_opaque(text, "!", "room ID")
        if with_domain is False and _ROOM_ID_HASH.fullmatch(text, 1) is None:
            raise InvalidIdentifier("not the room ID of a create event")
    return RoomId(text)


def parse_event_id(text: str) -> EventId:
    """Parse an event ID of any room version. What follows the sigil is opaque.

    Raises: InvalidIdentifier.
    Spec: https://spec.matrix.org/v1.19/appendices/#event-ids
    """
    _check_opaque(text, "$", "event ID")
    return EventId(text)


def server_name_of(identifier: str) -> ServerName:
    """Return the domain of a parsed user ID, room alias, room ID or event ID.

    Raises: InvalidIdentifier when it has none, as the room and event IDs of newer room versions.
    """
    _, separator, domain = identifier.partition(":")
    if not separator:
        raise InvalidIdentifier("the identifier has no domain")
    return ServerName(domain)


def localpart_of(identifier: str) -> str:
    """Return what stands between the sigil and the domain of a parsed identifier."""
    return identifier.partition(":")[0][1:]


def is_strict_localpart(localpart: str) -> bool:
    """Tell whether a localpart fits the grammar that new accounts must follow.

    Spec: https://spec.matrix.org/v1.19/appendices/#user-identifiers
    """
    return _STRICT_LOCALPART.fullmatch(localpart) is not None


def _check_with_domain(text: str, sigil: str, what: str) -> None:
    _check_opaque(text, sigil, what, may_be_empty=True)
    _, separator, domain = text.partition(":")
    if not separator:
        raise InvalidIdentifier(f"{what} without a domain")
    parse_server_name(domain)


def _check_opaque(text: str, sigil: str, what: str, *, may_be_empty: bool = False) -> None:
    if not text.startswith(sigil):
        raise InvalidIdentifier(f"{what} does not begin with {sigil}")
    if len(text) == 1 and not may_be_empty:
        raise InvalidIdentifier(f"empty {what}")
    if "\0" in text:
        raise InvalidIdentifier(f"{what} with a NUL character")
    if _utf8_length(text) > MAX_IDENTIFIER_BYTES:
        raise InvalidIdentifier(f"{what} longer than {MAX_IDENTIFIER_BYTES} bytes")


def _utf8_length(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidIdentifier("identifier with a surrogate") from error


def _check_ipv6_literal(literal: str) -> None:
    try:
        IPv6Address(literal)
    except AddressValueError as error:
        raise InvalidIdentifier("not an IPv6 literal") from error


def _check_ipv4_literal(host: str) -> None:
    # Four numbers are an address, whatever the grammar of DNS names says.
    match = _DOTTED_QUAD.fullmatch(host)
    if match is not None and any(int(number) > 255 for number in match.groups()):
        raise InvalidIdentifier("not an IPv4 literal")
