"""Server access control lists: which servers a room lets take part.

Patterns are compiled once. Matching costs at most pattern length times name length, whatever the pattern: a
glob is cut at its stars, and the first place where a piece fits is always good enough.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-access-control-lists-acls-for-rooms
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName

MAX_PATTERN_LENGTH: Final = 1_000
"""Longer patterns are left out: no server name has more than 255 characters."""

_PORT: Final = re.compile(r":[0-9]{1,5}\Z")
_STARS: Final = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class ServerAcl:
    """A compiled `m.room.server_acl`."""

    allow: HostPatterns
    deny: HostPatterns
    allow_ip_literals: bool

    def allows(self, server_name: ServerName) -> bool:
        """Decide on a server by its name without the port.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#mroomserver_acl
        """
        host = host_of(server_name)
        # 2. If the server name is an IP address literal, and `allow_ip_literals` is false, deny.
        if not self.allow_ip_literals and is_ip_literal(host):
            return False
        # 3. If the server name matches an entry in the `deny` list, deny.
        if self.deny.match(host):
            return False
        # 4. If the server name matches an entry in the `allow` list, allow. 5. Otherwise, deny.
        return self.allow.match(host)


def compile_server_acl(content: JsonObject) -> ServerAcl:
    """Compile the content of an `m.room.server_acl` event; what is not of the right type counts as missing.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#mroomserver_acl
    """
    return ServerAcl(
        HostPatterns(_texts(content.get("allow"))),
        HostPatterns(_texts(content.get("deny"))),
        content.get("allow_ip_literals") is not False,
    )


class HostPatterns:
    """Glob patterns of host names. Those without wildcards, nearly all in practice, cost one look-up."""

    __slots__ = ("_globs", "_literals")

    def __init__(self, patterns: Sequence[str]) -> None:
        lowered = {pattern.lower() for pattern in patterns if len(pattern) <= MAX_PATTERN_LENGTH}
        self._literals = frozenset(p for p in lowered if "*" not in p and "?" not in p)
        self._globs = tuple(Glob(pattern) for pattern in sorted(lowered - self._literals))

    def match(self, host: str) -> bool:
        """Tell whether any pattern matches a host name in lower case."""
        return host in self._literals or any(glob.match(host) for glob in self._globs)


class Glob:
    """A glob: `*` stands for any characters, `?` for exactly one.

    Spec: https://spec.matrix.org/v1.19/appendices/#glob-style-matching
    """

    __slots__ = ("_first", "_last", "_least", "_middle", "_starred")

    def __init__(self, pattern: str) -> None:
        pieces = _STARS.split(pattern)
        self._starred = len(pieces) > 1
        self._first, self._last = pieces[0], pieces[-1]
        self._middle = tuple(piece for piece in pieces[1:-1] if piece)
        self._least = sum(map(len, pieces))

    def match(self, text: str) -> bool:
        """Tell whether the pattern matches the whole of a text."""
        if not self._starred:
            return len(text) == len(self._first) and _fits(self._first, text, 0)
        if len(text) < self._least or not _fits(self._first, text, 0):
            return False
        end = len(text) - len(self._last)
        if not _fits(self._last, text, end):
            return False
        start = len(self._first)
        for piece in self._middle:
            found = _find(piece, text, start, end)
            if found is None:
                return False
            start = found + len(piece)
        return True


def host_of(server_name: ServerName) -> str:
    """Return a server name in lower case and without its port."""
    return _PORT.sub("", server_name).lower()


def is_ip_literal(host: str) -> bool:
    """Tell whether a host is an IPv4 address, or an IPv6 address in brackets."""
    try:
        ip_address(host[1:-1] if host.startswith("[") else host)
    except ValueError:
        return False
    return True


def _fits(piece: str, text: str, start: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, start)
    return all(wanted in ("?", text[start + i]) for i, wanted in enumerate(piece))


def _find(piece: str, text: str, start: int, end: int) -> int | None:
    """Return the first place where a piece fits between two bounds."""
    if "?" not in piece:
        found = text.find(piece, start, end)
        return None if found < 0 else found
    return next((at for at in range(start, end - len(piece) + 1) if _fits(piece, text, at)), None)


def _texts(value: JsonValue) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
