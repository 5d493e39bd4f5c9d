"""Keep what a release leaves on people's disks: `.venv/bin/python -m tests.releases.make`, once per release.

It is a backup of a small server of this version, with something in every corner, in a folder named after the
version. Later versions are tested to restore it, to bring it up to date, and to go on from it.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from homeserver import __version__
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.chaos.burst import connected
from tests.support.environment import render_environment
from tests.support.parlour_process import TEST_SETTINGS, running_parlour

FOLDER = Path(__file__).parent
PICTURE = b"bytes of a picture"
ROOM_NAME = "Kitchen"
SAID = ("first", "second", "third")
SETTINGS: JsonObject = {**TEST_SETTINGS, "federation": {"enabled": False}}


async def fill(nobody: ApiClient) -> None:
    """Have two people do what leaves rows behind."""
    alice, bob = await nobody.register("alice"), await nobody.register("bob")
    await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": "Alice"})
    room: JsonObject = {"name": ROOM_NAME, "preset": "private_chat", "invite": [bob.user_id]}
    room_id = (await alice.post("/createRoom", room)).ok()["room_id"]
    (await bob.post(f"/join/{room_id}")).ok()
    sent = [await _send(alice, room_id, text, {}) for text in SAID]
    thread: JsonObject = {"m.relates_to": {"rel_type": "m.thread", "event_id": sent[0]}}
    await _send(bob, room_id, "in a thread", thread)
    gone = await _send(bob, room_id, "gone", {})
    (await bob.put(f"/rooms/{room_id}/redact/{gone}/redact", {})).ok()
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": sent[1], "key": "+1"}}
    (await bob.put(f"/rooms/{room_id}/send/m.reaction/reaction", reaction)).ok()
    (await bob.post(f"/rooms/{room_id}/receipt/m.read/{sent[2]}")).ok()
    (await bob.put(f"/user/{bob.user_id}/account_data/m.test", {"kept": True})).ok()
    (await bob.put(f"/user/{bob.user_id}/rooms/{room_id}/tags/m.favourite", {"order": 0.5})).ok()
    (
        await alice.put(f"/directory/room/%23kitchen:{alice.user_id.partition(':')[2]}", {"room_id": room_id})
    ).ok()
    (await alice.request("POST", "/_matrix/media/v3/upload", data=PICTURE)).ok()
    messages = {bob.user_id: {"*": {"kept": True}}}
    (await alice.put("/sendToDevice/m.test/to-device", {"messages": messages})).ok()


async def _send(person: ApiClient, room_id: str, text: str, further: JsonObject) -> str:
    path = f"/rooms/{room_id}/send/m.room.message/{text.replace(' ', '-')}"
    return str((await person.put(path, {"msgtype": "m.text", "body": text, **further})).ok()["event_id"])


async def _make(place: Path, target: Path) -> None:
    async with running_parlour(place / "data", SETTINGS) as server, connected(server.base_url) as nobody:
        await fill(nobody)
    told = {**SETTINGS, "data_dir": str(place / "data")}
    command = [str(Path(sys.executable).with_name("parlour")), "backup", str(target)]
    await asyncio.to_thread(
        subprocess.run, command, env={"PATH": "/usr/bin:/bin", **render_environment(told)}, check=True
    )


def main() -> None:
    target = FOLDER / __version__
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(_make(Path(place), target))
    for file in (target, *target.rglob("*")):
        file.chmod(0o755 if file.is_dir() else 0o644)


if __name__ == "__main__":
    main()
