"""Asking the servers of a room in turn, and believing no more of an answer than was checked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerFailed
from federation.inbound.budget import Budget, Unfetchable
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus
from federation.transport.limits import Limits

log = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_SERVERS: Final = 5
"""How many servers are asked for the same thing."""

EVENT_LIMITS: Final = Limits(timeout_s=15.0, max_bytes=256 * 1024)
EVENTS_LIMITS: Final = Limits(timeout_s=20.0, max_bytes=10 * 1024 * 1024)
STATE_LIMITS: Final = Limits(timeout_s=60.0, max_bytes=64 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Asked:
    """For which room others are asked, whom, and how much of it."""

    room_id: RoomId
    version: RoomVersion
    servers: Sequence[ServerName]
    budget: Budget


async def prepare_asking(
    ctx: FederationContext, room_id: RoomId, first: ServerName | None, budget: Budget
) -> Asked:
    """Choose whom to ask about a room: the server that sent us there, then those of longest standing.

    Raises: Unfetchable where there is nobody to ask.
    """
    version = await ctx.rooms.version_of(room_id)
    others = await ctx.rooms.servers_in(room_id)
    servers = dict.fromkeys([first, *others] if first is not None else others)
    servers.pop(ctx.server_name, None)
    if version is None or not servers:
        raise Unfetchable(f"nobody to ask about {room_id}")
    return Asked(room_id, version, list(servers)[:MAX_SERVERS], budget)


async def ask_in_turn(asked: Asked, what: str, ask: Callable[[ServerName], Awaitable[T]]) -> T:
    """Return the first answer that is one.

    Raises: Unfetchable.
    """
    for server in asked.servers:
        asked.budget.spend_request()
        try:
            return await ask(server)
        except PeerFailed as failure:
            log.debug("inbound.peer_failed", room_id=asked.room_id, what=what, failure=str(failure))
    raise Unfetchable(f"no server gave {what}")


async def checked_pdus(
    ctx: FederationContext, asked: Asked, events: Sequence[JsonValue]
) -> dict[EventId, Pdu]:
    """Return those of the events in an answer that are what they claim to be, and of the room asked for.

    Raises: Unfetchable for more than the budget has left.
    """
    asked.budget.spend_events(len(events))
    checked = await check_pdus(ctx.keyring, asked.version, events, asked.room_id)
    for refused in checked.refused:
        log.debug("inbound.refused", room_id=asked.room_id, event_id=refused.event_id, reason=refused.reason)
    return {pdu.event_id: pdu for pdu in checked.pdus}


def events_in(server: ServerName, answer: JsonObject, key: str) -> list[JsonValue]:
    """Return a list of events in an answer. Raises PeerAnsweredBadly."""
    events = answer.get(key)
    if not isinstance(events, list):
        raise PeerAnsweredBadly(server, f"`{key}` is not a list")
    return events


def event_ids_in(server: ServerName, answer: JsonObject, key: str) -> list[EventId]:
    """Return a list of event ids in an answer. Raises PeerAnsweredBadly."""
    found: list[EventId] = []
    for event_id in events_in(server, answer, key):
        if not isinstance(event_id, str) or not event_id.startswith("$") or len(event_id) > 255:
            raise PeerAnsweredBadly(server, f"`{key}` has an entry that is no event id")
        found.append(EventId(event_id))
    return found
