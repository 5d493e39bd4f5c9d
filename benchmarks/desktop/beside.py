"""nheko beside our desktop client: the same rooms on the same Parlour, on a screen like users'.

Each signs in as one member of all rooms, syncs once and ends; then its starts on what it stored are timed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.desktop.findings import Findings
from benchmarks.desktop.screen import end, running_screen, until_seen
from benchmarks.federation.neighbourhood import running_neighbourhood
from benchmarks.homeserver import Account
from benchmarks.load_client import ConnectionPool, map_concurrently
from benchmarks.matrix import CLIENT, join_all, send_path, text_message
from benchmarks.pinning import choose_pinning
from benchmarks.postgres import running_cluster
from benchmarks.processes import RESULTS, process_tree, resident_memory_mb
from benchmarks.servers.parlour import Parlour
from benchmarks.statistics import median_of_each
from client_desktop.core.accounts.secret_keys import open_secret_store
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stored_sessions import keep_session

SCENARIO = "nheko"
BROKEN = (ChildProcessError, TimeoutError)
"""What a client does that crashes, or that shows nothing."""
NEEDED = ("nheko", "Xvfb", "xdotool", "dbus-run-session")
ROOM_VERSION = "10"
"""The newest that nheko 0.11 reads."""
MESSAGES = 20
NHEKO_QUESTIONS = ((914, 562), (985, 334))
"""OK below "Setup Encryption", and what closes the recovery key; as Debian's nheko 0.11 has them."""
FIRST_SYNC_LIMIT_S = 180.0
START_LIMIT_S = 60.0
REST_S = 2.0
RESTING_MS = 60.0
"""A client that needs less of the processors than this in that time has come to rest, and is weighed."""
REST_LIMIT_S = 60.0
QUESTION_S = 5.0
"""After which an answer has had its effect."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A client that is signed in: how it is started, and in which folder it keeps everything."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    questions: tuple[tuple[int, int], ...] = ()
    """Where to click, one after the other, to agree to what it asks a new account."""

    def start(self, display: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["dbus-run-session", "--", *self.command],
                env={**self.environment, "DISPLAY": display},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def missing() -> list[str]:
    """Name the commands without which nheko cannot be measured."""
    return [command for command in NEEDED if shutil.which(command) is None]


async def measure_beside(rooms: int, repetitions: int, findings: Findings) -> None:
    """Note the figures of both clients, each under its name: `nheko_rooms_ms`, …; or why one has none."""
    async with AsyncExitStack() as stack:
        pinning = choose_pinning()
        cluster = await stack.enter_async_context(running_cluster(pinning.postgresql))
        surroundings = await stack.enter_async_context(running_neighbourhood(pinning, 0))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parlour-bench-")))
        server = Parlour(cluster, folder / "server", pinning.server, surroundings)
        (folder / "server").mkdir()
        try:
            await server.start()
            people = [await server.register(name) for name in ("owner", "alice", "bob", "carol")]
            await _fill(server.port, people, rooms)
            url = f"http://127.0.0.1:{server.port}"
            nheko = await _sign_in_nheko(server.port, url, people[1], folder / "nheko")
            parlour = await _sign_in_parlour(server.port, url, people[2], folder / "parlour")
            for name, contestant in (("parlour", parlour), ("nheko", nheko)):
                try:
                    figures = await asyncio.to_thread(time_starts, contestant, repetitions)
                except BROKEN as broken:
                    findings.failed(SCENARIO, f"{name}: {broken}")
                else:
                    findings.found(SCENARIO, {f"{name}_{key}": value for key, value in figures.items()})
        finally:
            await server.stop()


async def _fill(port: int, people: list[Account], rooms: int) -> None:
    """Make rooms with all these people and some messages in each."""
    pool = ConnectionPool(port, 16)
    owner, others = people[0], people[1:]

    async def make(number: int) -> None:
        body = {"preset": "public_chat", "name": f"Room {number}", "room_version": ROOM_VERSION}
        made = await pool.request("POST", f"{CLIENT}/createRoom", owner.access_token, body)
        await join_all(pool, str(made["room_id"]), others)
        for turn in range(MESSAGES):
            path = send_path(str(made["room_id"]), f"{number}-{turn}")
            await pool.request("PUT", path, people[turn % 4].access_token, text_message(f"Message {turn}"))

    try:
        await map_concurrently(make, range(rooms), 8)
    finally:
        pool.close()


async def _device_of(port: int, account: Account) -> str:
    pool = ConnectionPool(port, 1)
    try:
        answer = await pool.request("GET", f"{CLIENT}/account/whoami", account.access_token)
    finally:
        pool.close()
    return str(answer["device_id"])


async def _sign_in_nheko(port: int, url: str, account: Account, home: Path) -> Contestant:
    settings = home / "config" / "nheko" / "nheko.conf"
    settings.parent.mkdir(parents=True)
    device = await _device_of(port, account)
    settings.write_text(
        "[General]\nrun_without_secure_secrets_service=true\n"
        f"[auth]\naccess_token={account.access_token}\ndevice_id={device}\n"
        f"home_server={url}\nuser_id={account.user_id}\n"
    )
    return Contestant(["nheko"], _environment(home), RESULTS / "desktop-nheko.log", NHEKO_QUESTIONS)


async def _sign_in_parlour(port: int, url: str, account: Account, home: Path) -> Contestant:
    data = home / "data"
    data.mkdir(parents=True)
    secrets = await open_secret_store(data, system_keyring=None)
    keep_session(
        secrets, Session(account.user_id, await _device_of(port, account), url, account.access_token)
    )
    command = [sys.executable, "-m", "client_desktop", "--data-dir", str(data)]
    compiled = {"PYTHONPYCACHEPREFIX": str(home / "compiled")}
    return Contestant(command, _environment(home) | compiled, RESULTS / "desktop-beside.log")


def _environment(home: Path) -> dict[str, str]:
    """A home of its own, and the renderer that needs no graphics card."""
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE")}
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        **folders,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QUICK_BACKEND": "software",
        "NO_AT_BRIDGE": "1",
    }


def time_starts(contestant: Contestant, repetitions: int) -> dict[str, float]:
    """Return the medians of a client's starts, after one that signs it in.

    Raises: ChildProcessError, TimeoutError where it ended or showed nothing twice.
    """
    contestant.log.parent.mkdir(exist_ok=True)
    contestant.log.unlink(missing_ok=True)
    # It signs in, syncs for the first time, asks what it asks, and compiles what it compiles.
    _run_or_again(contestant, FIRST_SYNC_LIMIT_S, contestant.questions)
    return median_of_each([_run_or_again(contestant, START_LIMIT_S) for _ in range(repetitions)])


def _run_or_again(
    contestant: Contestant, limit_s: float, questions: tuple[tuple[int, int], ...] = ()
) -> dict[str, float]:
    """`_run`; one that breaks once may have had bad luck, and has a second try."""
    try:
        return _run(contestant, limit_s, questions)
    except BROKEN:
        return _run(contestant, limit_s, questions)


def _run(
    contestant: Contestant, limit_s: float, questions: tuple[tuple[int, int], ...] = ()
) -> dict[str, float]:
    """Start a client, wait for its rooms, weigh it at rest, and end it."""
    with running_screen() as screen:
        began = time.monotonic()
        process = contestant.start(screen.display)
        try:
            window_ms = until_seen(process, began, limit_s, screen.window_is_there)
            rooms_ms = until_seen(process, began, limit_s, screen.rooms_are_there)
            cpu_ms = _processor_ms(process)
            _until_at_rest(process)
            for place in questions:
                screen.click(*place)
                time.sleep(QUESTION_S)
            weight = resident_memory_mb(_without_helpers(process.pid))
        finally:
            if process.poll() is None:
                for client in _without_helpers(process.pid):
                    os.kill(client, signal.SIGTERM)
            end(process)
    return {
        "window_ms": window_ms,
        "rooms_ms": rooms_ms,
        "rooms_cpu_ms": cpu_ms,
        "idle_mb": weight["rss_mb"],
    }


def _without_helpers(root: int) -> list[int]:
    """The client's own processes, without D-Bus."""
    return [process for process in process_tree(root) if not _name(process).startswith("dbus")]


def _name(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text()


def _until_at_rest(process: subprocess.Popen[bytes]) -> None:
    began, before = time.monotonic(), -1e9
    while (now := _processor_ms(process)) - before > RESTING_MS and time.monotonic() - began < REST_LIMIT_S:
        before = now
        time.sleep(REST_S)


def _processor_ms(process: subprocess.Popen[bytes]) -> float:
    """What a client has had of the processors so far, in steps of a clock tick."""
    return sum(map(_processor_ms_of, _without_helpers(process.pid)))


def _processor_ms_of(process: int) -> float:
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    user, system = int(after_name[11]), int(after_name[12])
    return (user + system) * 1000 / os.sysconf("SC_CLK_TCK")
