"""The children of a space, as its state lists them. Pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mspacechild
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import InvalidIdentifier, RoomId, ServerName, parse_room_id, parse_server_name
from homeserver.json_types import JsonObject, ReadonlyJsonObject

MAX_CHILDREN: Final = 1_000
MAX_VIA: Final = 10
ORDER: Final = re.compile(r"[\x20-\x7e]{1,50}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SpaceChild:
    """A room that a space lists, and the event that lists it in stripped form."""

    room_id: RoomId
    via: tuple[ServerName, ...]
    order: str | None
    origin_server_ts: int
    is_suggested: bool
    stripped: JsonObject

    @property
    def place(self) -> tuple[bool, str, int, str]:
        """Ordered ones first, then by age, then by id."""
        return self.order is None, self.order or "", self.origin_server_ts, self.room_id


def valid_children(events: Iterable[ReadonlyJsonObject], *, suggested_only: bool) -> list[SpaceChild]:
    """Return the children that `m.space.child` events list, in the order of the specification.

    An event without a list of servers in `via` lists nothing. At most `MAX_CHILDREN` are returned.
    """
    children = [child for event in events if (child := _child_of(event)) is not None]
    chosen = [child for child in children if child.is_suggested or not suggested_only]
    return sorted(chosen, key=lambda child: child.place)[:MAX_CHILDREN]


def _child_of(event: ReadonlyJsonObject) -> SpaceChild | None:
    content = event["content"]
    via = content.get("via")
    if not isinstance(via, list) or not via or not all(isinstance(server, str) for server in via):
        return None
    try:
        room_id = parse_room_id(event["state_key"])
    except InvalidIdentifier:
        return None
    order = content.get("order")
    is_ordered = isinstance(order, str) and ORDER.fullmatch(order) is not None
    stripped = {key: event[key] for key in ("type", "state_key", "content", "sender", "origin_server_ts")}
    return SpaceChild(
        room_id,
        _servers(via),
        order if is_ordered else None,
        event["origin_server_ts"],
        content.get("suggested") is True,
        stripped,
    )


def _servers(via: list[str]) -> tuple[ServerName, ...]:
    servers = []
    for name in via[:MAX_VIA]:
        try:
            servers.append(parse_server_name(name))
        except InvalidIdentifier:
            continue
    return tuple(servers)
