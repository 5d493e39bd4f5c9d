"""What an operator sees of other servers, and how one is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from click.testing import CliRunner, Result

from federation.protocol.ids import ServerName
from homeserver.cli import main
from homeserver.clock import SystemClock
from homeserver.commands.spans import ago, ahead
from homeserver.storage.db import Connection, Database
from homeserver.storage.destinations import (
    FailingRow,
    InFlightRow,
    LaggardRow,
    select_destination,
    take_retries,
    upsert_checkpoints,
    upsert_failing,
    upsert_laggards,
)
from homeserver.storage.edu_outbox import insert_edu

DEAD, SLOW = ServerName("dead.example"), ServerName("slow.example")


@pytest.fixture
def parlour(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "one.example")
    work_on(database_url, store_trouble)
    return CliRunner()


def run(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(main, ["federation", *arguments])


def work_on(url: str, work: Callable[[Connection], Awaitable[object]]) -> object:
    async def connected() -> object:
        db = await Database.connect(url, max_connections=1)
        async with db.acquire() as conn:
            result = await work(conn)
        await db.close()
        return result

    return asyncio.run(connected())


async def store_trouble(conn: Connection) -> None:
    """Have one server dead for three hours, and another one behind."""
    now_ms = SystemClock().now_ms()
    await upsert_checkpoints(conn, {0: 0}, now_ms)
    failing = FailingRow(DEAD, now_ms - 3 * 3_600_000 - 1_000, now_ms + 5_000_000, 3_600_000)
    await upsert_failing(conn, failing, "connection refused")
    slow = LaggardRow(SLOW, 0, now_ms - 2 * 3_600_000, True)
    await upsert_laggards(conn, [(slow, InFlightRow("txn", b"{}", 1, ()))])
    await insert_edu(conn, [DEAD], "m.direct_to_device", {})


def test_status_counts_and_lists_the_servers_in_trouble(parlour: CliRunner) -> None:
    result = run(parlour, "status")
    assert result.exit_code == 0, result.output
    assert "failing     1 servers" in result.output
    assert "behind      1 servers" in result.output
    assert "dead.example  failing since 3 h ago, next try in 1 h, connection refused" in result.output
    assert "slow.example  behind since 2 h ago" in result.output


def test_destination_says_what_is_the_matter_with_a_server(parlour: CliRunner) -> None:
    dead = run(parlour, "destination", DEAD).output
    assert "failing since 3 h ago" in dead
    assert "EDUs        1 waiting" in dead
    assert "in flight" in run(parlour, "destination", SLOW).output
    assert "state       well" in run(parlour, "destination", "fine.example").output
    assert run(parlour, "destination", "no server").exit_code == 1


@pytest.mark.parametrize("name", [DEAD, "--all"])
def test_retry_asks_the_running_server(parlour: CliRunner, database_url: str, name: str) -> None:
    assert run(parlour, "retry", name).exit_code == 0
    row = work_on(database_url, lambda conn: select_destination(conn, DEAD))
    assert getattr(row, "retry_asked", None) is True
    assert work_on(database_url, partial(take_retries, is_ours=lambda _: True)) == [DEAD]
    assert work_on(database_url, partial(take_retries, is_ours=lambda _: True)) == []


def test_retry_of_a_server_that_is_well_is_refused(parlour: CliRunner) -> None:
    assert run(parlour, "retry", "fine.example").exit_code == 1
    assert run(parlour, "retry").exit_code == 2


def test_spans_are_told_in_their_largest_unit() -> None:
    assert ago(100_000_000, 0) == "1 d ago"
    assert ago(5_000, 0) == "5 s ago"
    assert ahead(0, 61_000) == "in 1 min"
    assert ahead(1, 0) == "now"
