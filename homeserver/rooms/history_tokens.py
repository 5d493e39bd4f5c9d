"""Pagination tokens of a room's history: `tTOPO_NID` is the gap just before the place of an event.

The topological order is that of /messages, /context, relations and threads. A sync token, which says a
position of the stream, is led to the place after the newest event that it covers.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from homeserver.errors import InvalidParam
from homeserver.storage.db import Database
from homeserver.storage.events import StoredEvent, select_place_of_position

_TOKEN: Final = re.compile(r"t([0-9]{1,18})_([0-9]{1,18})")


class Place(NamedTuple):
    """A gap in the topological order of a room: just before where an event with these numbers stands."""

    topo: int
    event_nid: int

    def __str__(self) -> str:
        return f"t{self.topo}_{self.event_nid}"


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A position of the stream, as a sync token has it."""

    position: int


HistoryToken: TypeAlias = Place | StreamPosition

BEGINNING: Final = Place(0, 0)
LIVE_END: Final = Place(2**62, 2**62)


def parse_place(text: str) -> Place:
    """Read a token of this module. Raises InvalidParam."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise InvalidParam("This is not a pagination token")
    return Place(int(match[1]), int(match[2]))


def before(event: StoredEvent) -> Place:
    """Return the gap before an event."""
    return Place(event.topo, event.event_nid)


def after(event: StoredEvent) -> Place:
    """Return the gap after an event."""
    return Place(event.topo, event.event_nid + 1)


async def place_of(db: Database, room_nid: int, token: HistoryToken) -> Place:
    """Return where a token stands in a room."""
    if isinstance(token, Place):
        return token
    async with db.acquire() as conn:
        newest = await select_place_of_position(conn, room_nid, token.position)
    return BEGINNING if newest is None else Place(newest[0], newest[1] + 1)
