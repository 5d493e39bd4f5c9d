"""From method and path to a route: a tree of path segments, built once, walked without patterns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from homeserver.errors import InvalidParam, MethodNotAllowed, Unrecognized
from homeserver.http.routing import Match, Route

# Before v1.1 the specification's paths said r0 where they now say v3, and nothing else of them has changed.
# Clients of that time, and bots that never ask for /versions, are served by the same routes. /versions names
# no r0 version all the same: r0 promised media without a token, and a client that asks before it talks had
# better learn that it is too old than show broken pictures.
OLD_PREFIXES: Final = (
    (("_matrix", "client"), "r0", "v3"),
    (("_matrix", "media"), "r0", "v3"),
)

# All but the last segment comes again and again (a room's id and what is done there), and decoding it costs
# some microseconds; the last is often a transaction id.
MAX_REMEMBERED: Final = 4_096
MAX_REMEMBERED_LENGTH: Final = 256


@dataclass(eq=False, slots=True)
class Node:
    """What may follow one prefix: named segments first, then a variable one."""

    static: dict[str, "Node"] = field(default_factory=dict)
    variable: "Node | None" = None
    here: dict[str, "Leaf"] = field(default_factory=dict)
    rest: dict[str, "Leaf"] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """A route and the names of the variables on the way to it."""

    route: Route
    names: tuple[str, ...]


class RouteTable:
    """The routes of one listener."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = Node()
        for route in routes:
            self._add(route)
        self._serve_old_prefixes()

    def find(self, method: str, raw_path: str) -> Match:
        """Return the route of a request and its path's variables, decoded.

        Raises: Unrecognized, MethodNotAllowed; InvalidParam when the path is not valid text.
        """
        segments = split_path(raw_path)
        found = _walk(self._root, segments, 1, "GET" if method == "HEAD" else method, ())
        if isinstance(found, tuple):
            leaf, values = found
            return Match(leaf.route, dict(zip(leaf.names, values, strict=True)))
        if found:
            raise MethodNotAllowed("This endpoint does not take that method")
        raise Unrecognized("There is no such endpoint")

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path.split("/")[1:]:
            if segment.endswith("*}"):
                _put(node.rest, route, (*names, segment[1:-2]))
                return
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or Node()
                node = node.variable
            else:
                node = node.static.setdefault(segment, Node())
        _put(node.here, route, tuple(names))

    def _serve_old_prefixes(self) -> None:
        for parents, old, new in OLD_PREFIXES:
            node: Node | None = self._root
            for segment in parents:
                node = node.static.get(segment) if node else None
            if node is not None and new in node.static:
                node.static.setdefault(old, node.static[new])


def split_path(raw_path: str) -> list[str]:
    """Split the request target's path at its slashes and percent-decode each part.

    Raises: InvalidParam when a part is not UTF-8 or holds U+0000.
    """
    parents, slash, last = raw_path.partition("?")[0].rpartition("/")
    if not slash:
        return [_decode(last)]
    split = _split_again if len(parents) <= MAX_REMEMBERED_LENGTH else _split
    return [*split(parents), _decode(last)]


def _split(path: str) -> tuple[str, ...]:
    return tuple(map(_decode, path.split("/")))


_split_again = lru_cache(maxsize=MAX_REMEMBERED)(_split)


def _decode(segment: str) -> str:
    if "%" not in segment and segment.isascii():
        return segment
    try:
        text = unquote_to_bytes(segment.encode("utf-8", "surrogateescape")).decode("utf-8")
    except UnicodeError:
        raise InvalidParam("The path is not valid UTF-8") from None
    if "\0" in text:
        raise InvalidParam("The path holds a NUL character")
    return text


def _put(leaves: dict[str, Leaf], route: Route, names: tuple[str, ...]) -> None:
    if route.method in leaves:
        raise ValueError(f"{route.method} {route.path} is declared twice")
    leaves[route.method] = Leaf(route, names)


def _walk(
    node: Node, segments: list[str], index: int, method: str, values: tuple[str, ...]
) -> tuple[Leaf, tuple[str, ...]] | bool:
    """Return the leaf, or whether the path at least exists with another method."""
    other_method = False
    rest: tuple[Leaf, tuple[str, ...]] | None = None
    while index < len(segments):
        segment = segments[index]
        if node.rest:
            leaf = node.rest.get(method)
            rest = (leaf, (*values, "/".join(segments[index:]))) if leaf else rest
            other_method = True
        index += 1
        named, variable = node.static.get(segment), node.variable
        if named is not None and variable is not None:
            found = _walk(named, segments, index, method, values)
            if isinstance(found, tuple):
                return found
            other_method = other_method or found
        elif named is not None:
            node = named
            continue
        if variable is None:
            return rest or other_method
        node, values = variable, (*values, segment)
    leaf = node.here.get(method)
    if leaf is not None:
        return leaf, values
    return rest or other_method or bool(node.here)
