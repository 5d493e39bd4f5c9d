"""The state of a room, as a joining server is told of it."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final

from federation.ports.handshakes import JoinState
from federation.protocol.pdu import Pdu, create_event_id_of
from federation.protocol.room_versions import RoomVersion
from homeserver.peers.visible_to_server import may_be_sent, redacted_bytes
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import load_state, stored_state_before
from homeserver.storage.auth_chains import select_auth_chain
from homeserver.storage.db import Connection
from homeserver.storage.events import select_events
from homeserver.storage.join_state import select_other_than_members, select_pdus, select_servers_before
from homeserver.storage.memberships import select_heroes
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry, select_state_key_nids

PAGE: Final = 500
MAX_SERVERS: Final = 10_000
NAMING: Final[tuple[StateEntry, ...]] = (("m.room.name", ""), ("m.room.canonical_alias", ""))
NOBODY: Final = 0


async def load_join_state(ctx: RoomsContext, room: Room, join: Pdu, *, omit_members: bool) -> JoinState:
    """Find the state before a stored join, and the auth chain of both; the events are read as they are sent.

    Without members, those whom a client would name the room after are told all the same, and what is in the
    state is left out of the auth chain.

    Raises: AuthChainTooLong.
    """
    async with ctx.db.acquire() as conn:
        stored = (await select_events(conn, [join.event_id]))[join.event_id]
        state = await load_state(conn, room, await stored_state_before(conn, room, stored))
        told = sorted(state.values())
        if omit_members:
            heroes = await _heroes(conn, room, state)
            told = sorted({*await select_other_than_members(conn, told), *heroes})
        chain = await _auth_chain(conn, room, join, told)
        if omit_members:
            chain -= set(told)
        position = stored.position or 0
        servers = await select_servers_before(conn, room.nid, position, MAX_SERVERS) if omit_members else ()
    return JoinState(
        _pages(ctx, room.version, told), _pages(ctx, room.version, sorted(chain)), omit_members, servers
    )


async def _heroes(conn: Connection, room: Room, state: dict[int, int]) -> set[int]:
    """Return the member events after which a client would name a room that has no name."""
    keys = await select_state_key_nids(conn, NAMING)
    if any(key in state for key in keys.values()):
        return set()
    members = (await select_heroes(conn, [room.nid], ["join", "invite"], NOBODY)).get(room.nid, [])
    entries = await select_state_key_nids(conn, [("m.room.member", member.user_id) for member in members])
    return {state[key] for key in entries.values() if key in state}


async def _auth_chain(conn: Connection, room: Room, join: Pdu, told: Collection[int]) -> set[int]:
    wanted = list(join.auth_events)
    if room.version.room_id_is_create_hash:
        wanted.append(create_event_id_of(room.room_id))
    cited = {event.event_nid for event in (await select_events(conn, wanted)).values()}
    return cited | await select_auth_chain(conn, {*told, *cited})


async def _pages(
    ctx: RoomsContext, version: RoomVersion, event_nids: Sequence[int]
) -> AsyncIterator[Sequence[bytes]]:
    for start in range(0, len(event_nids), PAGE):
        async with ctx.db.acquire() as conn:
            stored = await select_pdus(conn, event_nids[start : start + PAGE])
        yield [
            redacted_bytes(version, json) if is_redacted else json
            for json, is_redacted in stored
            if may_be_sent(version, json)
        ]
