"""synadm, the command line tool for Synapse's admin API, is driven through its commands."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from homeserver.accounts.moderate import set_admin
from homeserver.clock import SystemClock
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send
from tests.interop.synadm_environment import install_synadm
from tests.support.authority import Authority
from tests.support.federation_servers import FederationServer, ServerMaker
from tests.support.postgres import TestDatabases

pytestmark = pytest.mark.interop

COMMAND_LIMIT_S = 60
LONG_AGO_TS = "1600000000000"

Synadm = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
def synadm_command() -> Path:
    return install_synadm()


@pytest.fixture
async def server(
    databases: TestDatabases, authority: Authority, tmp_path: Path
) -> AsyncIterator[FederationServer]:
    async with ServerMaker(databases, authority, tmp_path, SystemClock()).running() as server:
        yield server


@pytest.fixture
async def admin(server: FederationServer) -> ApiClient:
    admin = await server.user("root")
    nid = await server.services.rooms.names.intern_user(admin.user_id)  # type: ignore[arg-type]
    await set_admin(server.services.accounts, nid, True)
    return admin


@pytest.fixture
def synadm(synadm_command: Path, server: FederationServer, admin: ApiClient, tmp_path: Path) -> Synadm:
    """Run synadm with some arguments, and return what it prints, read as JSON where it is."""
    config = {
        "user": admin.user_id, "token": admin.access_token, "base_url": admin.base_url,
        "admin_path": "/_synapse/admin", "matrix_path": "/_matrix", "timeout": 30,
        "server_discovery": "well-known", "homeserver": server.name, "ssl_verify": True, "format": "json",
    }  # fmt: skip
    file = tmp_path / "synadm.yaml"
    file.write_text(json.dumps(config))

    async def run(*arguments: str, fails: bool = False) -> Any:
        process = await asyncio.create_subprocess_exec(
            str(synadm_command), "--no-confirm", "-c", str(file), *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(COMMAND_LIMIT_S):
            out, err = await process.communicate()
        assert (process.returncode != 0) == fails, (arguments, out, err)
        return _last_json(out.decode())

    return run


async def test_users(synadm: Synadm, server: FederationServer, admin: ApiClient) -> None:
    alice = await server.user("alice")
    room_id = await create(alice)
    assert "Parlour" in str(await synadm("version"))
    assert (await synadm("user", "list"))["total"] == 2
    assert (await synadm("user", "search", "ali"))["total"] == 1
    assert (await synadm("user", "details", alice.user_id))["name"] == alice.user_id
    carol = f"@carol:{server.name}"
    made = await synadm(
        "user", "modify", carol, "-P", "a long password", "-n", "Carol", "-t", "email", "c@x.org"
    )
    assert made["displayname"] == "Carol"
    assert (await synadm("user", "3pid", "c@x.org"))["user_id"] == carol
    assert (await synadm("user", "auth-provider", "-p", "nobody", "x"))["errcode"] == "M_NOT_FOUND"
    assert (await synadm("user", "membership", alice.user_id))["joined_rooms"] == [room_id]
    assert (await synadm("user", "media", alice.user_id))["total"] == 0
    assert alice.device_id in str(await synadm("user", "whois", alice.user_id))
    assert (await synadm("user", "login", "--expire-days", "1", alice.user_id))["access_token"]
    await synadm("user", "prune-devices", "--list-only", "-d", "0", alice.user_id)
    for verb in (("suspend",), ("suspend", "-U"), ("shadow-ban",), ("shadow-ban", "-u")):
        await synadm("user", *verb, alice.user_id)
    assert await synadm("user", "password", carol, "-p", "another password") == {}
    redaction = await synadm("user", "redact", alice.user_id)
    assert "status" in await synadm("user", "redact-status", redaction["redact_id"])
    await synadm("user", "deactivate", carol)
    assert (await synadm("user", "details", carol))["deactivated"] is True
    await synadm("user", "modify", carol, "--activate", "-P", "a third password")
    assert (await synadm("user", "details", carol))["deactivated"] is False
    await synadm("user", "deactivate-regex", "-n", "car.*")


async def test_rooms(synadm: Synadm, server: FederationServer, admin: ApiClient) -> None:
    alice, bob = await server.user("alice"), await server.user("bob")
    room_id = await create(alice, name="Ants", preset="public_chat", room_alias_name="ants")
    assert (await synadm("room", "list"))["total_rooms"] == 1
    assert (await synadm("room", "search", "ant"))["total_rooms"] == 1
    assert (await synadm("room", "details", room_id))["name"] == "Ants"
    assert (await synadm("room", "members", room_id))["total"] == 1
    assert (await synadm("room", "state", room_id))["state"]
    assert await synadm("room", "resolve", f"#ants:{server.name}") == room_id
    assert (await synadm("room", "join", room_id, bob.user_id))["room_id"] == room_id
    await synadm("room", "power-levels", "-i", room_id)
    assert await synadm("room", "make-admin", room_id, "-u", bob.user_id) == {}
    assert await synadm("room", "block", room_id, "--block") == {"block": True}
    assert (await synadm("room", "block-status", room_id))["block"] is True
    assert await synadm("room", "block", room_id, "--unblock") == {"block": False}
    await synadm("room", "purge-empty", "--dry-run")
    deletion = await synadm("room", "delete", room_id)
    assert await _until_complete(lambda: synadm("room", "delete-status", "-d", deletion["delete_id"]))
    assert (await synadm("room", "delete-status", "-r", room_id))["results"]
    other = await create(alice)
    assert (await synadm("room", "delete", "--v1", other))["kicked_users"] == [alice.user_id]


async def test_history_and_media(synadm: Synadm, server: FederationServer, admin: ApiClient) -> None:
    alice, bob = await server.user("alice"), await server.user("bob")
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    uri = await _upload(alice)
    media_id = uri.rpartition("/")[2]
    await send(alice, room_id, {"msgtype": "m.file", "body": "f", "url": uri})
    last: JsonObject = (await send(alice, room_id, {"msgtype": "m.text", "body": "last"})).ok()
    assert (await synadm("media", "list", "-r", room_id))["local"] == [uri]
    assert (await synadm("media", "list", "-u", alice.user_id))["total"] == 1
    assert await synadm("media", "protect", media_id) == {}
    assert await synadm("media", "quarantine", "-r", room_id) == {"num_quarantined": 0}
    assert await synadm("media", "quarantine", "-u", alice.user_id) == {"num_quarantined": 0}
    assert await synadm("media", "quarantine", "-i", media_id, "-s", server.name) == {}
    assert await synadm("media", "unquarantine", "-i", media_id, "-s", server.name) == {}
    assert await synadm("media", "purge", "-t", LONG_AGO_TS) == {"deleted": 0}
    assert (await synadm("media", "delete", "-t", LONG_AGO_TS))["total"] == 0
    assert (await synadm("media", "delete", "-i", media_id))["total"] == 1
    purge = await synadm("history", "purge", "-i", last["event_id"], "--delete-local", room_id)
    assert await _until_complete(lambda: synadm("history", "purge-status", purge["purge_id"]))


async def test_tokens_and_notices(synadm: Synadm, server: FederationServer, admin: ApiClient) -> None:
    alice = await server.user("alice")
    assert (await synadm("regtok", "new", "-n", "abcd", "-u", "2"))["token"] == "abcd"
    assert (await synadm("regtok", "update", "abcd", "-u", "3"))["uses_allowed"] == 3
    assert (await synadm("regtok", "details", "abcd"))["completed"] == 0
    assert len((await synadm("regtok", "list"))["registration_tokens"]) >= 1
    await synadm("regtok", "delete", "abcd")
    await synadm("notice", "send", alice.user_id, "The server moves tonight")
    rooms = (await alice.get("/sync", timeout=0)).ok()["rooms"]
    assert len([*rooms["join"], *rooms["invite"]]) == 1
    raw = await synadm("raw", f"v2/users/{quote(alice.user_id)}")
    assert raw["name"] == alice.user_id
    assert (await synadm("matrix", "raw", "client/v3/account/whoami"))["user_id"] == admin.user_id


def _last_json(printed: str) -> Any:
    """Return what was printed last as JSON: some commands say before what they are about to do."""
    for start in (match.start() for match in re.finditer(r"^[\[{\"]", printed, re.MULTILINE)):
        with suppress(ValueError):
            return json.loads(printed[start:])
    return printed


async def _until_complete(ask: Callable[[], Awaitable[Any]]) -> bool:
    async with asyncio.timeout(COMMAND_LIMIT_S):
        while (status := (await ask())["status"]) in ("scheduled", "active"):
            await asyncio.sleep(0.2)
    return bool(status == "complete")


async def _upload(user: ApiClient) -> str:
    headers = {"Content-Type": "text/plain"}
    reply = await user.request("POST", "/_matrix/media/v3/upload", data=b"bytes", headers=headers)
    uri: str = reply.ok()["content_uri"]
    return uri
