"""matrix-nio, the engine of many bots, chats on our server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio

from tests.support.parlour_process import running_parlour

PASSWORD = "correct horse battery staple"
SYNC_TIMEOUT_MS = 10_000


async def test_matrix_nio_logs_in_creates_a_room_chats_and_syncs(tmp_path: Path) -> None:
    async with (
        running_parlour(tmp_path / "data") as server,
        logged_in(server.base_url, "nio-alice") as alice,
        logged_in(server.base_url, "nio-bob") as bob,
    ):
        room_id = await create_room(alice, bob)
        hello = expect(await bob.room_send(room_id, "m.room.message", text("Hello")), nio.RoomSendResponse)
        await alice.sync(SYNC_TIMEOUT_MS)
        await check_room(alice, bob, room_id, hello.event_id)
        await check_history(alice, room_id)
        await check_media(alice)


async def create_room(alice: nio.AsyncClient, bob: nio.AsyncClient) -> str:
    created = await alice.room_create(name="From nio", topic="Bots", invite=[bob.user_id])
    room_id = str(expect(created, nio.RoomCreateResponse).room_id)
    expect(await bob.sync(SYNC_TIMEOUT_MS), nio.SyncResponse)
    assert room_id in bob.invited_rooms
    expect(await bob.join(room_id), nio.JoinResponse)
    expect(await bob.sync(SYNC_TIMEOUT_MS), nio.SyncResponse)
    assert room_id in bob.rooms
    return room_id


async def check_room(alice: nio.AsyncClient, bob: nio.AsyncClient, room_id: str, hello_id: str) -> None:
    room = alice.rooms[room_id]
    assert (room.name, room.topic, room.member_count) == ("From nio", "Bots", 2)
    expect(await alice.room_typing(room_id, typing_state=True), nio.RoomTypingResponse)
    expect(await alice.room_read_markers(room_id, hello_id, hello_id), nio.RoomReadMarkersResponse)
    expect(await alice.room_redact(room_id, hello_id, reason="A test"), nio.RoomRedactResponse)
    expect(await bob.sync(SYNC_TIMEOUT_MS), nio.SyncResponse)
    expect(await bob.set_displayname("Bob the bot"), nio.ProfileSetDisplayNameResponse)
    shown = expect(await alice.get_displayname(bob.user_id), nio.ProfileGetDisplayNameResponse)
    assert shown.displayname == "Bob the bot"


async def check_history(alice: nio.AsyncClient, room_id: str) -> None:
    history = expect(await alice.room_messages(room_id, limit=50), nio.RoomMessagesResponse)
    types = [event.source["type"] for event in history.chunk]
    assert types[-1] == "m.room.create"
    assert "m.room.message" in types


async def check_media(alice: nio.AsyncClient) -> None:
    content = b"some bytes"
    uploaded, _ = await alice.upload(
        lambda *_: content, content_type="text/plain", filename="some.txt", filesize=len(content)
    )
    mxc = expect(uploaded, nio.UploadResponse).content_uri
    downloaded = expect(await alice.download(mxc), nio.MemoryDownloadResponse)
    assert downloaded.body == content


@asynccontextmanager
async def logged_in(base_url: str, name: str) -> AsyncIterator[nio.AsyncClient]:
    """Register an account, log in to it as a second device, and log that one out at the end."""
    client = nio.AsyncClient(base_url, name)
    expect(await client.register(name, PASSWORD), nio.RegisterResponse)
    expect(await client.login(PASSWORD, device_name="nio"), nio.LoginResponse)
    expect(await client.sync(), nio.SyncResponse)
    try:
        yield client
        expect(await client.logout(), nio.LogoutResponse)
    finally:
        await client.close()


def expect(response: object, kind: type[Any]) -> Any:
    """Return the response if it is what a success looks like to nio."""
    assert isinstance(response, kind), f"wanted {kind.__name__}, got {response}"
    return response


def text(body: str) -> dict[str, str]:
    return {"msgtype": "m.text", "body": body}
