"""What an operator sees of application services."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeserver.cli import main
from homeserver.clock import SystemClock
from homeserver.storage import appservices
from homeserver.storage.db import Database
from tests.support.application_service import ApplicationService


@pytest.fixture
def bridge() -> ApplicationService:
    return ApplicationService()


@pytest.fixture
def parlour(
    bridge: ApplicationService, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CliRunner:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "one.example")
    monkeypatch.setenv("PARLOUR_APPSERVICES", f'["{bridge.write(tmp_path / "appservices")}"]')
    return CliRunner()


def run(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(main, ["appservice", *arguments])


def test_status_says_what_is_wrong(parlour: CliRunner, database_url: str) -> None:
    assert "irc  is new" in run(parlour, "status").output
    asyncio.run(store_trouble(database_url))
    shown = run(parlour, "status").output
    assert "irc  0 users, 0 rooms, fails since" in shown
    assert "next try in 1 min: it was answered with status 500" in shown
    assert "gone  is not registered any more" in shown


async def store_trouble(url: str) -> None:
    now_ms = SystemClock().now_ms()
    db = await Database.connect(url, max_connections=1)
    async with db.acquire() as conn:
        await appservices.ensure_appservice(conn, "gone", 0)
        nid = (await appservices.ensure_appservice(conn, "irc", 0)).nid
        await appservices.take_over(conn, nid, "worker")
        failure = "it was answered with status 500"
        await appservices.note_failure(conn, nid, "worker", now_ms - 5000, now_ms + 90_000, 1000, failure)
    await db.close()


def test_ping_and_retry_need_a_registered_application_service(parlour: CliRunner) -> None:
    refused = run(parlour, "ping", "irc")
    assert refused.exit_code == 1
    assert "there was no answer" in refused.output
    assert "no registration has the id other" in run(parlour, "ping", "other").output
    assert run(parlour, "retry", "irc").exit_code == 0


def test_check_of_the_configuration_reads_registrations(
    parlour: CliRunner, bridge: ApplicationService, tmp_path: Path
) -> None:
    assert parlour.invoke(main, ["config", "check"]).exit_code == 0
    bridge.write(tmp_path / "appservices", url="nonsense")
    checked = parlour.invoke(main, ["config", "check"])
    assert checked.exit_code == 1
    assert "irc.yaml: url: should be null, or begin with http" in checked.output
