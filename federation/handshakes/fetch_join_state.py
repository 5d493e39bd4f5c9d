"""Fetch all of the state before a join whose answer left the members out.

A large state is never in memory as anything but the bytes that came: it is decoded, checked and stored in
small parts.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1stateroomid
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec
import structlog

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerFailed
from federation.ports.rooms import Outcome, UnusableState
from federation.protocol.canonical_json import JsonValue, decode_json
from federation.protocol.errors import JsonDecodeError
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus
from federation.transport.limits import STATE
from federation.transport.paths import fill

log = structlog.get_logger(__name__)

EVENTS_AT_ONCE: Final = 500
MAX_EVENTS: Final = 400_000
MAX_ROUNDS: Final = 20
"""Events come in any order: those that came before what authorised them are tried again, so often."""


class StateNotHad(Exception):
    """No server gave a usable state now."""


@dataclass(frozen=True, slots=True)
class JoinOf:
    """The join before which the state is wanted, and whom to ask for it."""

    room_id: RoomId
    version: RoomVersion
    event_id: EventId
    servers: Sequence[ServerName]


class _StateAnswer(msgspec.Struct):
    pdus: list[msgspec.Raw]
    auth_chain: list[msgspec.Raw] = []


async def fetch_join_state(
    ctx: FederationContext, join: JoinOf, progress: Callable[[int, int], None]
) -> Sequence[EventId]:
    """Store the state and what authorised it as outliers, and return the ids of the state.

    `progress` is told how many events of how many were dealt with.

    Raises: StateNotHad, TryLater.
    """
    for server in join.servers:
        try:
            state = await _fetch_from(ctx, join, server, progress)
            return await ctx.rooms.usable_state(join.room_id, state)
        except (PeerFailed, UnusableState) as failure:
            log.info("join.state_not_given", room_id=join.room_id, server=server, reason=str(failure)[:500])
    raise StateNotHad(f"no server gave the state of {join.room_id}")


async def _fetch_from(
    ctx: FederationContext, join: JoinOf, server: ServerName, progress: Callable[[int, int], None]
) -> list[EventId]:
    """Return the state as one server tells it. Raises PeerFailed."""
    path = fill("/_matrix/federation/v1/state/{}", join.room_id)
    raw = await ctx.client.get_bytes(server, path, {"event_id": join.event_id}, limits=STATE)
    try:
        answer = msgspec.json.decode(raw, type=_StateAnswer)
    except msgspec.DecodeError as error:
        raise PeerAnsweredBadly(server, f"a state that is none: {error}") from error
    if len(answer.pdus) + len(answer.auth_chain) > MAX_EVENTS:
        raise PeerAnsweredBadly(server, "a state beyond all bounds")
    total = len(answer.pdus) + len(answer.auth_chain)
    await _store(ctx, join, answer.auth_chain, lambda done: progress(done, total))
    already = len(answer.auth_chain)
    return await _store(ctx, join, answer.pdus, lambda done: progress(already + done, total))


async def _store(
    ctx: FederationContext,
    join: JoinOf,
    events: Sequence[msgspec.Raw],
    progress: Callable[[int], None],
) -> list[EventId]:
    """Store events in parts; return the ids of those that are what they claim to be."""
    found: dict[EventId, None] = {}
    waiting = events
    for _ in range(MAX_ROUNDS):
        too_early: list[msgspec.Raw] = []
        for part in _parts(waiting):
            ids, again = await _store_part(ctx, join, part)
            found.update(dict.fromkeys(ids))
            too_early += again
            progress(len(events) - len(waiting) + len(part))
        if not too_early or len(too_early) == len(waiting):
            break
        waiting = too_early
    progress(len(events))
    return list(found)


async def _store_part(
    ctx: FederationContext, join: JoinOf, part: Sequence[msgspec.Raw]
) -> tuple[list[EventId], list[msgspec.Raw]]:
    """Store a few events; return their ids, and those events that name auth events which are yet to come."""
    decoded = [_decode(raw) for raw in part]
    checked = await check_pdus(ctx.keyring, join.version, decoded, join.room_id)
    known = await ctx.rooms.standing(join.room_id, [pdu.event_id for pdu in checked.pdus])
    new = [pdu for pdu in checked.pdus if pdu.event_id not in known]
    verdicts = await ctx.rooms.store_outliers(join.room_id, new) if new else {}
    early = {event_id for event_id, v in verdicts.items() if v.outcome is Outcome.MISSING}
    again = [msgspec.Raw(pdu.canonical) for pdu in new if pdu.event_id in early]
    return [pdu.event_id for pdu in checked.pdus if pdu.event_id not in early], again


def _parts(events: Iterable[msgspec.Raw]) -> Iterable[list[msgspec.Raw]]:
    rest = iter(events)
    while part := list(islice(rest, EVENTS_AT_ONCE)):
        yield part


def _decode(raw: msgspec.Raw) -> JsonValue:
    """Return an event; None, which is no event, for what nests too deep or cannot be kept exactly."""
    try:
        return decode_json(bytes(raw))
    except JsonDecodeError:
        return None
