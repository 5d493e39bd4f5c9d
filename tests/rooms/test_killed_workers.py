"""Several worker processes write to the same rooms, are killed and restarted, while readers follow.

Every acknowledged message is there, once; each room is one chain; no reader skips or repeats a position.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from homeserver.clock import SystemClock
from homeserver.fanout.in_process import InProcessFanout
from homeserver.storage.db import Database
from homeserver.storage.events import StoredEvent, select_new_events
from homeserver.storage.rooms import Room
from homeserver.tailer import Batch, Tailer
from tests.support.rooms import make_room, rooms_on

WRITERS = 4
READERS = 3
KILL_EVERY_S = 0.5
PATIENCE_S = 280
MAX_KILLS = 30


class WriterFailed(Exception):
    """A worker ended by itself, with an error."""


def _changed(function: str, found: str, replacement: str) -> str:
    """Return the SQL that changes one line of a function of the database."""
    return f"""DO $outer$ BEGIN EXECUTE replace(
        pg_get_functiondef('{function}'::regproc), $found${found}$found$, $found${replacement}$found$
    ); END $outer$;"""


SLOW_COMMITS = _changed("log_positions", "INSERT INTO", "PERFORM pg_sleep(0.03); INSERT INTO")
"""As on a slow disk: between the reading of a head and the commit there is time for others."""


class Reader:
    """Follows the log as a worker does, and keeps what it was shown."""

    def __init__(self, db: Database) -> None:
        self.tailer = Tailer(db, InProcessFanout(SystemClock()))
        self.seen: list[int] = []
        self.resets = 0
        self.tailer.subscribe(self._apply, reset=self._reset)

    def _apply(self, batch: Batch) -> None:
        self.seen += [event.position for event in batch.events if event.position is not None]

    def _reset(self) -> None:
        self.resets += 1


class Writers:
    """The worker processes: started, killed, started again until each has sent all it was told to."""

    def __init__(self, url: str, folder: Path, rooms: list[Room], count: int) -> None:
        self._url = url
        self._folder = folder
        self._rooms = [room.room_id for room in rooms]
        self._count = count
        self.kills = 0

    def acknowledged(self, writer: int) -> list[str]:
        notes = self._notes(writer)
        return notes.read_text().split() if notes.exists() else []

    async def run(self, *, kill: bool) -> None:
        running = {writer: await self._start(writer) for writer in range(1, WRITERS + 1)}
        victim = 0
        while running:
            waits = [asyncio.ensure_future(process.wait()) for process in running.values()]
            await asyncio.wait(waits, timeout=KILL_EVERY_S, return_when=asyncio.ALL_COMPLETED)
            for writer, process in list(running.items()):
                if process.returncode is None:
                    continue
                if process.returncode == 0:
                    del running[writer]
                elif process.returncode == -signal.SIGKILL:
                    running[writer] = await self._start(writer)
                else:
                    raise WriterFailed(f"writer {writer} ended with {process.returncode}")
            alive = sorted(running)
            if kill and alive and self.kills < MAX_KILLS:
                victim += 1
                process = running[alive[victim % len(alive)]]
                if process.returncode is None:
                    process.kill()
                    self.kills += 1

    def _notes(self, writer: int) -> Path:
        return self._folder / f"acknowledged-{writer}"

    async def _start(self, writer: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.writer_process", self._url, str(writer), str(self._count),
            str(self._notes(writer)), *self._rooms, cwd=Path(__file__).parents[2],
        )  # fmt: skip


@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("rooms", [1, 50])
async def test_killed_workers_lose_repeat_and_fork_nothing(
    database_url: str, tmp_path: Path, rooms: int
) -> None:
    await write_under_fire(database_url, tmp_path, rooms)


SABOTAGE = {
    "the positions lock": "CREATE OR REPLACE FUNCTION lock_positions() RETURNS void LANGUAGE sql AS $$ $$",
    "the check of the head": _changed(
        "commit_events", "r.head IS DISTINCT FROM (", "false AND r.head IS DISTINCT FROM ("
    ),
    "the check of transactions": _changed("commit_events", "WHERE t.txn IS NOT NULL;", "WHERE false;")
    + "DROP INDEX events_by_txn;",
}


@pytest.mark.chaos
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("mechanism", SABOTAGE)
async def test_the_test_fails_without(mechanism: str, database_url: str, tmp_path: Path) -> None:
    """Each mechanism is needed: without it, the test above finds what it is there to find."""
    rooms = (
        50 if mechanism == "the check of transactions" else 1
    )  # in one room most are rebuilt, and found then
    with pytest.raises((AssertionError, WriterFailed)):
        await write_under_fire(database_url, tmp_path, rooms, SABOTAGE[mechanism])


async def write_under_fire(database_url: str, folder: Path, rooms: int, sabotage: str = "") -> None:
    """Let the writers write, killing one now and then; check the database and what the readers saw."""
    count = int(os.environ.get("PARLOUR_TEST_EVENTS_PER_WRITER", "250"))
    db = await Database.connect(database_url)
    async with db.acquire() as conn:
        await conn.execute(SLOW_COMMITS + sabotage)
    async with rooms_on(db) as ctx:
        made = [await make_room(ctx) for _ in range(rooms)]
    readers = [Reader(db) for _ in range(READERS)]
    for reader in readers:
        await reader.tailer.start()
    writers = Writers(database_url, folder, made, count)
    try:
        await writers.run(kill=True)
        async with db.acquire() as conn:
            stored = {room.nid: await select_new_events(conn, [room.nid], 0, 2**62) for room in made}
        last = max(events[-1].event_nid for events in stored.values())
        for reader in readers:
            async with asyncio.timeout(100):
                await reader.tailer.wait_for(last)
    finally:
        for reader in readers:
            await reader.tailer.stop()
        await db.close()
    check_nothing_lost(writers, [event for events in stored.values() for event in events], count)
    for events in stored.values():
        check_one_chain(events)
    check_readers(readers, stored)


def check_nothing_lost(writers: Writers, events: list[StoredEvent], count: int) -> None:
    sent = [(event.device_nid, event.txn_id) for event in events if event.txn_id is not None]
    assert len(sent) == len(set(sent)), "a message was stored twice"
    for writer in range(1, WRITERS + 1):
        assert {(writer, n) for n in writers.acknowledged(writer)} <= set(sent), (
            "an acknowledged message is lost"
        )
    assert len(sent) == WRITERS * count


def check_one_chain(events: list[StoredEvent]) -> None:
    prevs = [event.load()["prev_events"] for event in events[1:]]
    assert prevs == [[event.event_id] for event in events[:-1]], "the room has forked"
    assert [event.topo for event in events] == list(range(1, len(events) + 1))
    messages = sum(event.type == "m.room.message" for event in events)
    assert events[-1].notify_count == messages


def check_readers(readers: list[Reader], stored: dict[int, list[StoredEvent]]) -> None:
    written = sorted(event.event_nid for events in stored.values() for event in events if event.txn_id)
    for reader in readers:
        assert reader.resets == 0
        assert reader.seen == sorted(reader.seen), "a reader went back"
        assert reader.seen == written, "a reader skipped or repeated something"
