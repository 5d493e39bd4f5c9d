"""A Redis of the tests' own: Debian's, in memory, on a loopback port; it can stop, hang, and forget."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.support.ports import free_port

START_WITHIN_S = 60.0


@dataclass
class RedisServer:
    """`url` names it whether it runs or not."""

    folder: Path
    port: int = field(default_factory=free_port)
    config: Path | None = None
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def _options(self) -> list[str]:
        written = [] if self.config is None else [str(self.config)]
        if written:
            return [*written, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]

    def start(self, *options: str) -> None:
        """Start it empty, and wait until it answers."""
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: tests/install-system-packages installs it"
        self._process = subprocess.Popen([program, *self._options, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_WITHIN_S
        with redis.Redis(port=self.port) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    assert time.monotonic() < deadline, "Redis did not start"
                    time.sleep(0.02)

    def stop(self) -> None:
        """Kill it; what it held is gone."""
        if self._process is not None:
            self.resume()
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Let it answer nothing, with its connections open."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """Run a Redis for the length of the block."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
