"""The same client on another server: what Synapse answers, over the ways of following that it offers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.accounts.session import Session
from client_desktop.core.changes import Change, Changes
from client_desktop.core.client import Client
from client_desktop.core.rooms.create import Access, CreateRoom
from client_desktop.core.values import Membership, RoomKind, RoomSection, SyncState, SyncTransport
from tests.api.room_calls import act, join, send
from tests.desktop.clients import Heard, make_client
from tests.support.authority import Authority
from tests.support.postgres import TestDatabases
from tests.support.synapse_environment import synapse_python
from tests.support.synapse_server import SynapseServer, make_synapse_database, running_synapse

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def synapse(
    databases: TestDatabases, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SynapseServer]:
    python = synapse_python()
    database_url = asyncio.run(make_synapse_database(databases))
    with running_synapse(python, database_url, authority, tmp_path_factory.mktemp("synapse")) as server:
        yield server


@pytest.fixture(params=[SyncTransport.LONG_POLL, SyncTransport.SLIDING])
async def alice(
    request: pytest.FixtureRequest,
    synapse: SynapseServer,
    http: aiohttp.ClientSession,
    changes: Changes,
    tmp_path: Path,
) -> AsyncIterator[Client]:
    user = await synapse.user(http, f"alice_{request.param}")
    me = Session(user.user_id, user.device_id, user.base_url, user.access_token or "")
    client = make_client(me, http, changes, tmp_path, only=request.param)
    await client.start()
    await client.sync.until(SyncState.LIVE)
    yield client
    await client.close()


async def test_rooms_of_synapse_are_followed(
    alice: Client, synapse: SynapseServer, http: aiohttp.ClientSession, changes: Changes
) -> None:
    kind = alice.sync.transport
    bob = await synapse.user(http, f"bob_{kind}")
    rooms = alice.rooms
    with Heard(changes, Change) as heard:
        options = CreateRoom(name="Hut", access=Access.PUBLIC, encrypted=False, topic="Wood")
        room_id = await rooms.create(options)
        await heard.until(lambda: rooms.summary(room_id) is not None)
        await join(bob, room_id)
        await send(bob, room_id, {"msgtype": "m.text", "body": "hello"})
        await heard.until(lambda: rooms.list()[0].last_text == "hello")
        await heard.until(lambda: rooms.list()[0].unread == 1)
        room = rooms.list()[0]
        assert (room.name, room.topic, room.joined_members, room.last_sender_name) == (
            "Hut",
            "Wood",
            2,
            f"bob_{kind}",
        )
        await rooms.set_tag(room_id, "m.favourite")
        await heard.until(lambda: rooms.list()[0].section is RoomSection.FAVOURITES)
        assert {member.user_id for member in await rooms.members(room_id)} == {alice.me.user_id, bob.user_id}
        invited_to = (await bob.post("/createRoom", {"invite": [alice.me.user_id], "is_direct": True})).ok()
        direct = invited_to["room_id"]
        await heard.until(lambda: rooms.summary(direct) is not None)
        invited = rooms.summary(direct)
        assert invited is not None
        assert (invited.membership, invited.kind, invited.name) == (
            Membership.INVITE,
            RoomKind.DIRECT,
            f"bob_{kind}",
        )
        await rooms.join(direct)
        await heard.until(lambda: _membership(alice, direct) is Membership.JOIN)
        await act(bob, direct, "kick", alice.me.user_id)
        await heard.until(lambda: _membership(alice, direct) is Membership.LEAVE)
        default, versions = await rooms.room_versions()
        assert default in versions
        assert (await rooms.preview(room_id)).name == "Hut"
        assert (await alice.people.profile(bob.user_id)).display_name == f"bob_{kind}"


def _membership(client: Client, room_id: str) -> Membership | None:
    summary = client.rooms.summary(room_id)
    return None if summary is None else summary.membership
