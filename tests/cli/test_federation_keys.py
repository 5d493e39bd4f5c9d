"""`parlour federation rotate-key` and `check`, as an operator runs them."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from federation.protocol.signing import parse_signing_key
from homeserver.cli import main
from homeserver.config import load_settings
from homeserver.signing_key_file import load_signing_key, public_half
from homeserver.storage.db import Database
from homeserver.storage.instance import record_signing_key
from homeserver.storage.signing_keys import select_retired_keys, select_signing_key


@pytest.fixture
def runner(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOUR_DATA_DIR", str(tmp_path))
    return CliRunner()


def run(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(main, ["federation", *arguments])


def start_once(url: str) -> str:
    """Do what a first start does about the key, and return its public half."""
    key = public_half(load_signing_key(load_settings(None)))

    async def record() -> None:
        db = await Database.connect(url, max_connections=1)
        async with db.acquire() as conn:
            await record_signing_key(conn, key)
        await db.close()

    asyncio.run(record())
    return key


def recorded(url: str) -> tuple[str | None, list[str]]:
    """Return the key that is recorded as the present one, and the ids of the retired ones."""

    async def select() -> tuple[str | None, list[str]]:
        db = await Database.connect(url, max_connections=1)
        async with db.acquire() as conn:
            found = await select_signing_key(conn), [key.key_id for key in await select_retired_keys(conn)]
        await db.close()
        return found

    return asyncio.run(select())


def test_a_key_is_rotated(runner: CliRunner, database_url: str, tmp_path: Path) -> None:
    old = start_once(database_url)
    result = run(runner, "rotate-key")
    assert result.exit_code == 0, result.output
    new = public_half(parse_signing_key((tmp_path / "signing.key").read_text()))
    assert new != old
    assert recorded(database_url) == (new, [old.partition(" ")[0]])
    assert f"signs with {new.partition(' ')[0]} from its next start on" in result.output
    assert "Restart all workers within 10 minutes" in result.output
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0


def test_a_second_rotation_retires_another_key(runner: CliRunner, database_url: str) -> None:
    start_once(database_url)
    for _ in range(2):
        assert "Restart all workers now" in run(runner, "rotate-key", "--at-once").output
    assert len(recorded(database_url)[1]) == 2


def test_there_is_nothing_to_rotate_before_the_first_start(runner: CliRunner) -> None:
    result = run(runner, "rotate-key")
    assert (result.exit_code, result.output) == (1, "Error: this server has not signed with any key yet\n")


def test_check_says_why_a_server_is_not_asked(runner: CliRunner) -> None:
    result = run(runner, "check", "127.0.0.1:1")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "ok     discovery   127.0.0.1:1 is at 127.0.0.1:1: its name is an address",
        "FAILS  addresses   127.0.0.1 has 127.0.0.1; of no public network, so not connected to: 127.0.0.1",
        "note   signing     not tried: this server has no signing key yet",
    ]


def test_check_needs_the_name_of_a_server(runner: CliRunner) -> None:
    assert run(runner, "check", "https://example.org").output == (
        "Error: https://example.org is not the name of a server\n"
    )


def test_a_file_without_authorities_is_told(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLOUR_FEDERATION__CA_FILE", str(tmp_path / "missing.pem"))
    result = run(runner, "check", "example.org")
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: certificate authorities {tmp_path}/missing.pem: ")


def test_key_servers_must_have_names_of_servers(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_FEDERATION__TRUSTED_KEY_SERVERS", '["not a name"]')
    result = run(runner, "check", "example.org")
    assert "federation.trusted_key_servers[0]: not a server name" in result.output
