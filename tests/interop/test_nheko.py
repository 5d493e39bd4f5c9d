"""nheko, a desktop client in C++ with an engine of its own, logs in, sets up encryption, and chats."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.room_calls import create, join, send
from tests.clients.test_matrix_js_sdk import NODE, SOURCES, install_packages
from tests.interop.device import Device
from tests.interop.nheko_desktop import Desktop, running_nheko
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port

pytestmark = pytest.mark.interop

SCREENSHOT: Final = Path(__file__).parents[2] / "build" / "nheko.png"
SECRETS: Final = ("m.cross_signing.master", "m.cross_signing.self_signing", "m.megolm_backup.v1")
# The newest that this nheko reads: it wants a creator in the content of m.room.create.
ROOM_VERSION: Final = "10"


@pytest.mark.timeout(180)
async def test_nheko_logs_in_sets_up_encryption_and_chats(tmp_path: Path) -> None:
    port = free_port()
    settings = {"listeners": [{"port": port}], "public_baseurl": f"http://127.0.0.1:{port}"}
    async with (
        running_parlour(tmp_path / "data", settings) as server,
        aiohttp.ClientSession() as http,
        running_nheko(tmp_path / "home", SCREENSHOT) as nheko,
    ):
        anybody = ApiClient(http, server.base_url, None)
        alice, bob = await anybody.register("nheko-alice"), await anybody.register("bob")
        room_id = await create(bob, name="Tea", invite=[alice.user_id], room_version=ROOM_VERSION)
        (await join(alice, room_id)).ok()
        await nheko.log_in(server.base_url, alice.user_id, PASSWORD)
        await nheko.set_up_encryption()
        await check_encryption(alice)

        await nheko.open_first_room()
        watching = await Device.of(bob)
        greeting: JsonObject = {"msgtype": "m.text", "body": "Hello from Bob"}
        said = (await send(bob, room_id, greeting)).ok()["event_id"]
        await watching.until(lambda device: was_read(device, room_id, said, alice.user_id))
        await nheko.say("Hello from nheko")
        await watching.until(lambda device: bodies(device, room_id) == ["Hello from Bob", "Hello from nheko"])
        await whisper(nheko, alice)


async def check_encryption(alice: ApiClient) -> None:
    """Identity, secrets and backup are on the server, and the device is signed."""
    keys = (await alice.post("/keys/query", {"device_keys": {alice.user_id: []}})).ok()
    assert alice.user_id in keys["master_keys"]
    [device] = keys["device_keys"][alice.user_id].values()
    assert len(device["signatures"][alice.user_id]) == 2
    for secret in SECRETS:
        assert (await alice.get(f"/user/{alice.user_id}/account_data/{secret}")).ok()["encrypted"]
    assert (await alice.get("/room_keys/version")).ok()["version"]


async def whisper(nheko: Desktop, alice: ApiClient) -> None:
    """Chat with a user of matrix-js-sdk in an encrypted room, which is the newest."""
    await asyncio.to_thread(install_packages)
    partner = await asyncio.create_subprocess_exec(
        NODE / "bin" / "node",
        "partner.js",
        alice.base_url,
        alice.user_id,
        cwd=SOURCES,
        stdout=PIPE,
        stderr=STDOUT,
    )
    assert partner.stdout is not None
    line = b""
    while not line.startswith(b"room: "):  # the SDK says what it does, too
        line = await partner.stdout.readline()
        assert line, "the partner ended early"
    room_id = line.decode().removeprefix("room: ").strip()
    (await join(alice, room_id)).ok()
    await nheko.logged(room_id)
    await nheko.open_first_room()
    await nheko.say("Hello from nheko")
    output, _ = await partner.communicate()
    assert "partner: ok" in output.decode(), output.decode()[-3000:]


def was_read(device: Device, room_id: str, event_id: str, user_id: str) -> bool:
    """nheko shows the event: it says so by a receipt."""
    return device.room(room_id).receipts.get(f"m.read {user_id}", {}).get("event_id") == event_id


def bodies(device: Device, room_id: str) -> list[str]:
    return [
        event["content"]["body"]
        for event in device.room(room_id).timeline
        if event["type"] == "m.room.message"
    ]
