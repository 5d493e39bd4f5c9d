"""From a client's position to what it was sent so far.

A position is a sync token with the connection and the ordinal of an answer behind it.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from homeserver.errors import InvalidParam, UnknownPosition
from homeserver.storage import sliding_connections
from homeserver.storage.sliding_connections import ConnectionKey, SentRoom
from homeserver.sync.context import SyncContext
from homeserver.sync.engine import usable_token
from homeserver.sync.sliding.connection import MAX_CONFIGS, SlidingConnection
from homeserver.sync.sliding.request import SlidingRequest
from homeserver.sync.sliding.required_state import required_state_from
from homeserver.sync.tokens import SyncToken, parse_sync_token

MAX_CONNECTIONS_OF_DEVICE: Final = 16
EXPIRES_AFTER_MS: Final = 7 * 24 * 60 * 60 * 1000
EXPIRED_PER_QUERY: Final = 500
NOTE_EVERY_S: Final = 3600.0

_POSITION = re.compile(r"(.+)~([0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a client is: how much it has seen, and by which answer of which connection."""

    token: SyncToken
    connection_nid: int
    ordinal: int

    def __str__(self) -> str:
        return f"{self.token}~{self.connection_nid}.{self.ordinal}"


def parse_position(text: str) -> Position:
    """Read a position. Raises UnknownPosition."""
    match = _POSITION.fullmatch(text)
    if match is None:
        raise UnknownPosition()
    try:
        return Position(parse_sync_token(match[1]), int(match[2]), int(match[3]))
    except InvalidParam as error:
        raise UnknownPosition() from error


def new_ordinal() -> int:
    """Return a number for an answer; nobody needs to agree on it."""
    return secrets.randbelow(2**53)


async def resume(ctx: SyncContext, request: SlidingRequest, pos: str) -> tuple[SlidingConnection, Position]:
    """Return a connection as the client's position has it.

    Raises: UnknownPosition for one that is not this device's, has expired, or is superseded.
    """
    position = parse_position(pos)
    if await usable_token(ctx, position.token) is None:
        raise UnknownPosition()
    key = connection_key(request)
    connection = ctx.sliding.connection(key)
    if (
        connection is None
        or connection.nid != position.connection_nid
        or not connection.settle(position.ordinal)
    ):
        connection = await _load(ctx, key, position)
    if len(connection.configs) > MAX_CONFIGS:
        raise UnknownPosition()
    connection.members.confirm(pos)
    await _note_use(ctx, connection)
    return connection, position


async def begin(ctx: SyncContext, request: SlidingRequest) -> SlidingConnection:
    """Begin a connection anew, of which the client has nothing yet."""
    key, ordinal, since = connection_key(request), new_ordinal(), ctx.rooms.tailer.applied
    async with ctx.rooms.db.transaction() as conn:
        nid = await sliding_connections.insert_connection(
            conn, key, ordinal, since, MAX_CONNECTIONS_OF_DEVICE
        )
    connection = SlidingConnection(nid, key, since, ordinal, {}, noted_at=ctx.rooms.clock.monotonic())
    ctx.sliding.put(connection)
    return connection


async def store(
    ctx: SyncContext, connection: SlidingConnection, base: int, changed: dict[int, SentRoom]
) -> int:
    """Store what an answer changes, and return its ordinal; that of `base` where it changes nothing.

    Raises: UnknownPosition where the connection has gone on, or ended, meanwhile.
    """
    if not changed:
        return base
    ordinal = new_ordinal()
    codes = {sent.config for sent in changed.values()} - connection.stored
    configs = {code: connection.configs[code].json for code in codes}
    async with ctx.rooms.db.acquire() as conn:
        stored = await sliding_connections.store_answer(conn, connection.nid, base, ordinal, configs, changed)
    if not stored:
        raise UnknownPosition()
    connection.stored |= codes
    if connection.base == base:
        connection.answers[ordinal] = changed
        while len(connection.answers) > sliding_connections.MAX_UNCONFIRMED:
            del connection.answers[next(iter(connection.answers))]
    return ordinal


async def expire_connections(ctx: SyncContext) -> None:
    """Drop the connections that nobody has used for long."""
    dropped = EXPIRED_PER_QUERY
    while dropped == EXPIRED_PER_QUERY:
        async with ctx.rooms.db.acquire() as conn:
            dropped = await sliding_connections.delete_unused_connections(
                conn, EXPIRES_AFTER_MS, EXPIRED_PER_QUERY
            )


def connection_key(request: SlidingRequest) -> ConnectionKey:
    return ConnectionKey(request.viewer.user_nid, request.viewer.device_nid, request.conn_id)


async def _load(ctx: SyncContext, key: ConnectionKey, position: Position) -> SlidingConnection:
    async with ctx.rooms.db.acquire() as conn:
        stored = await sliding_connections.select_connection(
            conn, position.connection_nid, key, position.ordinal
        )
    if stored is None:
        raise UnknownPosition()
    configs = {code: required_state_from(json) for code, json in stored.configs.items()}
    connection = SlidingConnection(
        position.connection_nid, key, stored.since, position.ordinal, stored.rooms, configs, set(configs),
        noted_at=ctx.rooms.clock.monotonic(),
    )  # fmt: skip
    ctx.sliding.put(connection)
    return connection


async def _note_use(ctx: SyncContext, connection: SlidingConnection) -> None:
    now = ctx.rooms.clock.monotonic()
    if now - connection.noted_at > NOTE_EVERY_S:
        connection.noted_at = now
        async with ctx.rooms.db.acquire() as conn:
            await sliding_connections.note_connection_used(conn, connection.nid, connection.key)
