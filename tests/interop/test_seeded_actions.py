"""Thousands of seeded actions on both servers at once leave both with the same state of every room.

INTEROP_ACTIONS and INTEROP_ROOMS make it longer; `make interop` takes 5,000 actions in 20 rooms.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from random import Random
from urllib.parse import quote

import aiohttp
import asyncpg
import pytest

from federation.protocol.ids import RoomId
from federation.protocol.pdu import create_event_id_of
from homeserver.json_types import JsonObject
from homeserver.signing_key_file import load_signing_key
from tests.api.room_calls import create, send
from tests.interop.conftest import VERSIONS, Pair
from tests.interop.device import Device
from tests.interop.seeded_room import SeededRoom
from tests.interop.test_memberships import join_via
from tests.support.authority import Authority
from tests.support.fake_peer import FakePeer
from tests.support.federation_servers import FederationServer
from tests.support.synapse_server import SynapseServer

ACTIONS = int(os.environ.get("INTEROP_ACTIONS", "80"))
ROOMS = int(os.environ.get("INTEROP_ROOMS", "2"))
SEED = int(os.environ.get("INTEROP_SEED", "1"))
MEMBERS = 3
ADMIN_LEVEL = 99
SELECT_REFUSED = "SELECT event_id, type, status FROM events WHERE status IN (1, 2)"


@pytest.fixture
async def sessions(authority: Authority) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=authority.client_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.mark.timeout(120 + ACTIONS)
async def test_both_servers_come_to_the_same_state_of_every_room(
    parlour: FederationServer, synapse: SynapseServer, sessions: aiohttp.ClientSession
) -> None:
    refused_before = {row["event_id"] for row in await synapse.refused_events()}
    rng = Random(SEED)
    rooms = [await open_room(parlour, synapse, number) for number in range(ROOMS)]
    await asyncio.gather(*(room.run(Random(rng.getrandbits(32)), ACTIONS // ROOMS) for room in rooms))
    for room in rooms:
        await check_same_state(room, parlour, synapse, sessions)
    assert sum(len(room.accepted) for room in rooms) > ACTIONS // 2
    by_synapse = [row for row in await synapse.refused_events() if row["event_id"] not in refused_before]
    assert (by_synapse, await refused_by(parlour)) == ([], [])


async def open_room(parlour: FederationServer, synapse: SynapseServer, number: int) -> SeededRoom:
    """Make a room with an administrator of each server."""
    pair = Pair(parlour, synapse, number % 2 == 0, VERSIONS[number // 2 % len(VERSIONS)])
    host, guest = await pair.host(), await pair.guest()
    levels: JsonObject = {guest.user_id: ADMIN_LEVEL}
    if pair.version != "12":
        levels[host.user_id] = 100
    override: JsonObject = {"users": levels, "events": {"m.room.topic": 0}}
    room_id = await create(
        host, preset="public_chat", room_version=pair.version, power_level_content_override=override
    )
    (await join_via(guest, room_id, pair.host_name)).ok()
    await (await Device.of(guest)).until_member(room_id, host.user_id, "join")
    await (await Device.of(host)).until_member(room_id, guest.user_id, "join")
    members = [await (pair.host() if turn % 2 else pair.guest()) for turn in range(2 * MEMBERS)]
    return SeededRoom(room_id, (host, guest), members, pair.host_name)


async def check_same_state(
    room: SeededRoom, parlour: FederationServer, synapse: SynapseServer, session: aiohttp.ClientSession
) -> None:
    """Merge the room's forks by a last message of each server, and ask both for the state there."""
    for admin in room.admins:
        event_id = (await send(admin, room.room_id)).ok()["event_id"]
        room.accepted.append(event_id)
        room._unseen.append(event_id)
        await room.until_both_know()
    as_synapse = FakePeer(synapse.name, synapse.signing_key, session)
    as_parlour = FakePeer(parlour.name, load_signing_key(parlour.settings), session)
    path = f"/_matrix/federation/v1/state_ids/{quote(room.room_id, safe='')}"
    of_parlour = (await as_synapse.get(parlour.name, path, event_id=event_id)).ok()
    of_synapse = (await as_parlour.get(synapse.name, path, event_id=event_id)).ok()
    assert set(of_parlour["pdu_ids"]) == set(of_synapse["pdu_ids"]), room.room_id
    # In room version 12 no event names the create event; Synapse lists it in auth chains all the same.
    create_id = create_event_id_of(RoomId(room.room_id))
    chains = [{*ids["auth_chain_ids"]} - {create_id} for ids in (of_parlour, of_synapse)]
    assert chains[0] == chains[1], room.room_id


async def refused_by(parlour: FederationServer) -> list[JsonObject]:
    """Return the events that Parlour has rejected or soft-failed."""
    assert parlour.settings.database_url is not None
    conn = await asyncpg.connect(parlour.settings.database_url.get_secret_value())
    try:
        return [dict(row) for row in await conn.fetch(SELECT_REFUSED)]
    finally:
        await conn.close()
