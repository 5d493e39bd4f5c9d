"""A real `parlour run` in a process of its own, for tests that kill it or bring their own clients."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Timer

from homeserver.json_types import JsonObject
from tests.support.environment import render_environment
from tests.support.ports import free_port

START_LIMIT_S = 300.0
STOP_LIMIT_S = 120.0
TEST_SETTINGS: JsonObject = {
    "server_name": "parlour.test",
    "registration": {"mode": "open", "guests": True, "shared_secret": "registration secret"},
    "auth": {"password_hash": "minimum"},
    "limits": {"enabled": False},
    "log_level": "warning",
}


class ParlourProcess:
    """One data folder and its settings; started and ended as often as a test likes.

    The client port stays the same from one start to the next. `log_file` collects what the server writes.
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, object] | None = None) -> None:
        self.data_dir = data_dir
        self.log_file = data_dir.with_name(f"{data_dir.name}.log")
        self._port = free_port()
        self._settings: JsonObject = {**TEST_SETTINGS, "data_dir": str(data_dir), **(settings or {})}
        self._process: Popen[str] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def process_id(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def start(self) -> None:
        """Start the server and return once its first line says that it is ready."""
        command = [str(Path(sys.executable).with_name("parlour")), "run"]
        with self.log_file.open("a") as log:
            self._process = Popen(command, env=self._environment(), stdout=PIPE, stderr=log, text=True)
        with _killed_after(self._process, START_LIMIT_S):
            assert self._process.stdout is not None
            first_line = self._process.stdout.readline().split()
        if len(first_line) != 2 or first_line[0] != "ready":
            self.kill()
            raise AssertionError(f"the server did not start: {self.log_file.read_text()[-3000:]}")
        self._port = int(first_line[1].rstrip("/").rpartition(":")[2])

    def first_admin_token(self) -> str:
        """Return the token that makes the first account; only after the first start, and once."""
        assert self._process is not None
        assert self._process.stdout is not None
        words = [self._process.stdout.readline().split() for _ in range(3)]
        return next(line[1] for line in words if line[:1] == ["token"])

    def stop(self) -> int:
        """End the server with SIGTERM and return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server with SIGKILL, in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let the server stand still, with all that it has under way."""
        os.kill(self.process_id, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process_id, signal.SIGCONT)

    def postmaster_id(self) -> int:
        """Return the process id of the embedded PostgreSQL."""
        pid_file = self.data_dir / "postgresql" / "postmaster.pid"
        return int(pid_file.read_text().split()[0])

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit code once the server has ended."""
        assert self._process is not None
        with _killed_after(self._process, STOP_LIMIT_S):
            code = self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def _environment(self) -> dict[str, str]:
        listeners = [
            {"port": self._port, "serve": ["client", "media", "health"]},
            {"port": 0, "serve": ["metrics"]},
        ]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARLOUR_")}
        return {**inherited, **render_environment({"listeners": listeners, **self._settings})}


@asynccontextmanager
async def running_parlour(
    data_dir: Path, settings: Mapping[str, object] | None = None
) -> AsyncIterator[ParlourProcess]:
    """Run a server for the length of the block; it must stop cleanly."""
    server = ParlourProcess(data_dir, settings)
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        code = await asyncio.to_thread(server.stop)
    assert code == 0, f"the server ended with {code}: {server.log_file.read_text()[-3000:]}"


@contextmanager
def _killed_after(process: Popen[str], seconds: float) -> Iterator[None]:
    """Kill the process if the block takes longer, so that nothing waits for it forever."""
    timer = Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
