"""Links to rooms and events that work from other servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.text.links import LinkKind, MatrixLink, matrix_to

MAX_SERVERS = 3
POWERFUL = 50


def permalink(
    room_id: str,
    event_id: str,
    alias: str | None,
    members: Iterable[str],
    permissions: Permissions,
    denied: Iterable[str] = (),
) -> str:
    """Give a link to an event, or to a room where `event_id` is empty, by its address if it has one.

    `members`: user ids of who is joined; the link names servers of theirs that will be there for long.

    Spec: https://spec.matrix.org/v1.19/appendices/#routing
    """
    if alias is not None and not event_id:
        return matrix_to(MatrixLink(LinkKind.ALIAS, alias))
    via = servers_to_ask(members, permissions, frozenset(denied))
    return matrix_to(MatrixLink(LinkKind.ROOM, room_id, event_id, via))


def servers_to_ask(
    members: Iterable[str], permissions: Permissions, denied: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Give up to three servers: that of the most powerful member, then those with the most members."""
    people = [user_id for user_id in members if _server(user_id) not in denied]
    if not people:
        return ()
    strongest = max(people, key=lambda user_id: (permissions.level_of(user_id), user_id))
    first = [_server(strongest)] if permissions.level_of(strongest) >= POWERFUL else []
    crowded = [server for server, _ in Counter(map(_server, people)).most_common(MAX_SERVERS)]
    return tuple(dict.fromkeys([*first, *crowded]))[:MAX_SERVERS]


def _server(user_id: str) -> str:
    return user_id.partition(":")[2]
