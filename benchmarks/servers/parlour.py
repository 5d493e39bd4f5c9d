"""Our homeserver, started by the command operators use, on a PostgreSQL cluster like Synapse's."""

import secrets
import sys
from pathlib import Path

import orjson

from benchmarks.federation.authority import Authority
from benchmarks.homeserver import Account, Surroundings
from benchmarks.load_client import ConnectionPool
from benchmarks.postgres import Cluster, free_port
from benchmarks.processes import RESULTS, Launch, ServerProcess
from benchmarks.servers.registration import register_with_secret
from federation.protocol.ids import ServerName


class Parlour:
    """A Parlour process on a PostgreSQL cluster."""

    name = "parlour"

    def __init__(
        self,
        cluster: Cluster,
        folder: Path,
        cores: str,
        surroundings: Surroundings,
        *,
        workers: int = 1,
        redis_url: str | None = None,
    ) -> None:
        self.port, federation_port = free_port(), free_port()
        self.server_name = ServerName(f"localhost:{federation_port}")
        self.surroundings = surroundings
        self._secret = secrets.token_hex(16)
        environment = {
            **_environment(cluster, folder, self._secret),
            **_federation(self.port, federation_port, surroundings.authority),
        }
        if redis_url is not None:
            environment["PARLOUR_REDIS_URL"] = redis_url
        command = [str(Path(sys.executable).with_name("parlour")), "run", "--workers", str(workers)]
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


def _federation(port: int, federation_port: int, authority: Authority) -> dict[str, str]:
    tls = {"tls_certificate": str(authority.certificate_file), "tls_key": str(authority.key_file)}
    listeners = [
        {"bind": "127.0.0.1", "port": port, "serve": ["client", "media", "health"]},
        {"bind": "127.0.0.1", "port": federation_port, "serve": ["federation"], **tls},
    ]
    return {
        "PARLOUR_SERVER_NAME": f"localhost:{federation_port}",
        "PARLOUR_LISTENERS": orjson.dumps(listeners).decode(),
        "PARLOUR_FEDERATION__CA_FILE": str(authority.ca_file),
        "PARLOUR_FEDERATION__ALLOW_PRIVATE_ADDRESSES": "true",
        "PARLOUR_FEDERATION__TRUSTED_KEY_SERVERS": "[]",
    }


def _environment(cluster: Cluster, folder: Path, secret: str) -> dict[str, str]:
    return {
        "PARLOUR_DATA_DIR": str(folder / "data"),
        "PARLOUR_DATABASE_URL": cluster.url,
        "PARLOUR_LOG_LEVEL": "warning",
        "PARLOUR_REGISTRATION__SHARED_SECRET": secret,
        "PARLOUR_LIMITS__ENABLED": "false",
        # Registering the workloads' users is not measured.
        "PARLOUR_AUTH__PASSWORD_HASH": "minimum",
    }
