"""Servers that do not know everything yet: what they knew before is asked instead."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.core.errors import BadAnswer, MatrixError
from client_desktop.core.rooms.create import CreateRoom
from tests.desktop.clients import make_client
from tests.desktop.stage import ScriptedHomeserver, on_stage


def unknown() -> web.Response:
    return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHomeserver]:
    server = ScriptedHomeserver()
    async with on_stage(server):
        yield server


@pytest.fixture
async def client(
    server: ScriptedHomeserver, http: aiohttp.ClientSession, changes: Changes, tmp_path: Path
) -> AsyncIterator[Client]:
    client = make_client(server.session(), http, changes, tmp_path)
    yield client
    await client.close()


async def test_a_preview_is_asked_for_under_its_former_name(
    server: ScriptedHomeserver, client: Client
) -> None:
    server.others["v1/room_summary/!r:stage.org"] = unknown()
    server.others["im.nheko.summary/summary/!r:stage.org"] = {
        "room_id": "!r:stage.org",
        "name": "Hut",
        "im.nheko.summary.room_version": "10",
        "im.nheko.summary.encryption": "m.megolm.v1.aes-sha2",
    }
    preview = await client.rooms.preview("!r:stage.org")
    assert (preview.name, preview.room_version, preview.encrypted) == ("Hut", "10", True)


async def test_shared_rooms_are_asked_for_page_by_page_under_their_former_name(
    server: ScriptedHomeserver, client: Client
) -> None:
    server.others["v1/mutual_rooms"] = unknown()
    server.others["user/mutual_rooms"] = {"joined": ["!a:b", "!c:d", 7]}
    assert await client.people.mutual_rooms("@bob:stage.org") == ("!a:b", "!c:d")
    server.others["v1/mutual_rooms"] = {"joined": ["!a:b"], "next_batch": "for ever"}
    assert await client.people.mutual_rooms("@bob:stage.org") == ("!a:b",)
    server.others["v1/mutual_rooms"] = web.json_response({"errcode": "M_FORBIDDEN"}, status=403)
    with pytest.raises(MatrixError):
        await client.people.mutual_rooms("@bob:stage.org")


async def test_an_answer_without_a_room_is_a_bad_answer(server: ScriptedHomeserver, client: Client) -> None:
    rooms = client.rooms
    for end in ("createRoom", "/join/!r:b", "room_summary/!r:b", "/directory/room/#r:b", "/upgrade"):
        server.others[end] = {"room_id": 7, "replacement_room": "x"}
    for asked in (
        rooms.create(CreateRoom()),
        rooms.join("!r:b"),
        rooms.preview("!r:b"),
        rooms.resolve_alias("#r:b"),
        rooms.upgrade("!r:b", "12"),
    ):
        with pytest.raises(BadAnswer):
            await asked


async def test_a_room_that_the_server_forgot_is_forgotten_here(client: Client) -> None:
    await client.rooms.forget("!r:stage.org")
    assert client.rooms.summary("!r:stage.org") is None
    assert await client.rooms.members("!r:stage.org") == ()
