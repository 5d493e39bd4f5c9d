"""Our homeserver, started by the command operators use, on a PostgreSQL cluster like Synapse's."""

import secrets
import sys
from pathlib import Path

import orjson

from benchmarks.homeserver import Account
from benchmarks.load_client import ConnectionPool
from benchmarks.postgres import Cluster, free_port
from benchmarks.processes import RESULTS, Launch, ServerProcess
from benchmarks.servers.registration import register_with_secret

SERVER_NAME = "parlour.bench"


class Parlour:
    """A Parlour process on a PostgreSQL cluster."""

    name = "parlour"

    def __init__(self, cluster: Cluster, folder: Path, cores: str) -> None:
        self.port = free_port()
        self._secret = secrets.token_hex(16)
        environment = _environment(self.port, cluster, folder, self._secret)
        command = [str(Path(sys.executable).with_name("parlour")), "run"]
        launch = Launch(command, cores, environment, folder, RESULTS / "parlour.log", self.port)
        self._process = ServerProcess(launch)
        self._pool = ConnectionPool(self.port, 32)

    async def start(self) -> float:
        return await self._process.start()

    async def stop(self) -> None:
        self._pool.close()
        await self._process.stop()

    async def register(self, localpart: str) -> Account:
        return await register_with_secret(self._pool, self._secret, localpart)

    def process_ids(self) -> list[int]:
        return self._process.process_ids()


def _environment(port: int, cluster: Cluster, folder: Path, secret: str) -> dict[str, str]:
    listeners = [
        {"bind": "127.0.0.1", "port": port, "serve": ["client", "media", "health"]},
        {"bind": "127.0.0.1", "port": free_port(), "serve": ["metrics"]},
    ]
    return {
        "PARLOUR_SERVER_NAME": SERVER_NAME,
        "PARLOUR_DATA_DIR": str(folder / "data"),
        "PARLOUR_DATABASE_URL": cluster.url,
        "PARLOUR_LISTENERS": orjson.dumps(listeners).decode(),
        "PARLOUR_LOG_LEVEL": "warning",
        "PARLOUR_REGISTRATION__SHARED_SECRET": secret,
        "PARLOUR_LIMITS__ENABLED": "false",
        # Registering the workloads' users is not measured.
        "PARLOUR_AUTH__PASSWORD_HASH": "minimum",
    }
