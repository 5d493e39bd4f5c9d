"""What every release has left behind is restored by this version, brought up to date, and goes on."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from homeserver import __version__
from homeserver.app import running_server
from homeserver.backup.manifest import read_manifest
from homeserver.cli import main
from homeserver.config.settings import Settings
from homeserver.json_types import JsonObject
from homeserver.signing_key_file import load_signing_key
from homeserver.storage.db import Database
from homeserver.storage.instance import record_server_name
from homeserver.storage.migrate import load_migrations, migrate
from tests.api.client import ApiClient
from tests.cli.test_commands import ask
from tests.releases.make import FOLDER, ROOM_NAME, SAID
from tests.support.postgres import TestDatabases

SERVER_NAME = "parlour.test"
RELEASES = sorted(manifest.parent.name for manifest in FOLDER.glob("*/manifest.json"))
NEWEST = load_migrations()[-1].version
OLDER = 30
"""Without a table, `shares`, that a restoration puts right."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARLOUR_SERVER_NAME", SERVER_NAME)
    monkeypatch.setenv("PARLOUR_DATA_DIR", str(tmp_path / "data"))


def parlour(*arguments: object) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.output


def test_there_is_something_of_this_version() -> None:
    assert __version__ in RELEASES, "python -m tests.releases.make"


@pytest.mark.parametrize("release", RELEASES)
async def test_a_server_of_a_release_goes_on_with_this_version(
    release: str, environment: None, empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", empty_database_url)
    await asyncio.to_thread(parlour, "restore", FOLDER / release)
    assert "BROKEN" not in await asyncio.to_thread(parlour, "check")
    settings = Settings.model_validate(
        {
            "server_name": SERVER_NAME, "data_dir": tmp_path / "data", "database_url": empty_database_url,
            "auth": {"password_hash": "minimum"}, "federation": {"enabled": False},
            "listeners": [{"port": 0}],
        }
    )  # fmt: skip
    async with running_server(settings) as server, aiohttp.ClientSession() as session:
        alice = await ApiClient(session, server.listeners.base_urls[0]).log_in("alice")
        await assert_all_is_there(alice)


async def assert_all_is_there(alice: ApiClient) -> None:
    [(room_id, room)] = (await alice.get("/sync")).ok()["rooms"]["join"].items()
    bodies = [event["content"].get("body") for event in room["timeline"]["events"]]
    assert [body for body in bodies if body in SAID] == list(SAID)
    assert (await alice.get(f"/rooms/{room_id}/state/m.room.name")).ok() == {"name": ROOM_NAME}
    members: JsonObject = (await alice.get(f"/rooms/{room_id}/joined_members")).ok()["joined"]
    assert len(members) == 2
    (await alice.put(f"/rooms/{room_id}/send/m.room.message/new", {"msgtype": "m.text", "body": "new"})).ok()


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    environment: None, databases: TestDatabases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    older, newer = [await databases.make(template="template1") for _ in range(2)]
    await make_older(older)
    load_signing_key(Settings.model_validate({"data_dir": tmp_path / "data"}))
    monkeypatch.setenv("PARLOUR_DATABASE_URL", older)
    await asyncio.to_thread(parlour, "backup", tmp_path / "backup")
    assert read_manifest(tmp_path / "backup").schema_version == OLDER
    monkeypatch.setenv("PARLOUR_DATABASE_URL", newer)
    await asyncio.to_thread(parlour, "restore", tmp_path / "backup")
    assert await asyncio.to_thread(ask, newer, "SELECT max(version) FROM schema_migrations") == NEWEST
    assert await asyncio.to_thread(ask, newer, "SELECT count(*) FROM shares") == 64
    for url in (older, newer):
        await databases.drop(url)


async def make_older(url: str) -> None:
    db = await Database.connect(url, max_connections=1)
    await migrate(db, [migration for migration in load_migrations() if migration.version <= OLDER])
    async with db.acquire() as conn:
        await record_server_name(conn, SERVER_NAME)
    await db.close()
