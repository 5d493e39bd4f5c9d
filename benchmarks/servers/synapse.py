"""Synapse from PyPI, in an environment of its own, configured for nothing but this comparison."""

import secrets
import subprocess
from pathlib import Path

import yaml

from benchmarks.federation.authority import Authority
from benchmarks.homeserver import Account, Surroundings
from benchmarks.load_client import ConnectionPool
from benchmarks.postgres import Cluster, free_port
from benchmarks.processes import RESULTS, Launch, ServerProcess
from benchmarks.servers.registration import register_with_secret
from benchmarks.servers.synapse_environment import install_synapse

UNLIMITED = {"per_second": 1_000_000, "burst_count": 1_000_000}


class Synapse:
    """A Synapse process on a PostgreSQL cluster."""

    name = "synapse"

    def __init__(self, cluster: Cluster, folder: Path, cores: str, surroundings: Surroundings) -> None:
        self.port, federation_port = free_port(), free_port()
        self.surroundings = surroundings
        self._secret = secrets.token_hex(16)
        python = install_synapse()
        configuration = {
            **_configuration(cluster, folder, self._secret),
            **_federation(self.port, federation_port, surroundings.authority),
        }
        config_file = folder / "homeserver.yaml"
        config_file.write_text(yaml.safe_dump(configuration))
        command = [str(python), "-m", "synapse.app.homeserver", "-c", str(config_file)]
        subprocess.run([*command, "--generate-keys"], check=True, cwd=folder)
        launch = Launch(command, cores, {}, folder, RESULTS / "synapse.log", self.port)
        self._process = ServerProcess(launch)
        self._pool = ConnectionPool(self.port, 4)

    async def start(self) -> float:
        return await self._process.start()

    async def stop(self) -> None:
        self._pool.close()
        await self._process.stop()

    async def register(self, localpart: str) -> Account:
        return await register_with_secret(self._pool, self._secret, localpart)

    def process_ids(self) -> list[int]:
        return self._process.process_ids()


def _federation(port: int, federation_port: int, authority: Authority) -> dict[str, object]:
    return {
        "server_name": f"localhost:{federation_port}",
        "listeners": [_listener(port, "client"), {**_listener(federation_port, "federation"), "tls": True}],
        "tls_certificate_path": str(authority.certificate_file),
        "tls_private_key_path": str(authority.key_file),
        "federation_custom_ca_list": [str(authority.ca_file)],
        "federation_ip_range_blacklist": [],
        "ip_range_blacklist": [],
    }


def _configuration(cluster: Cluster, folder: Path, secret: str) -> dict[str, object]:
    log_config = folder / "log.yaml"
    log_config.write_text(yaml.safe_dump(_log_configuration()))
    return {
        "report_stats": False,
        "pid_file": str(folder / "synapse.pid"),
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "log_config": str(log_config),
        "registration_shared_secret": secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "trusted_key_servers": [],
        "default_room_version": "12",
        # Registering the workloads' users is not measured.
        "bcrypt_rounds": 4,
        "database": _database(cluster),
        **_unlimited_rates(),
    }


def _listener(port: int, serves: str) -> dict[str, object]:
    return {
        "port": port,
        "type": "http",
        "bind_addresses": ["127.0.0.1"],
        "resources": [{"names": [serves], "compress": False}],
    }


def _database(cluster: Cluster) -> dict[str, object]:
    arguments = {
        "host": cluster.socket_folder,
        "user": cluster.user,
        "dbname": cluster.database,
        "cp_min": 5,
        "cp_max": 10,
    }
    return {"name": "psycopg2", "args": arguments}


def _unlimited_rates() -> dict[str, object]:
    return {
        "rc_message": UNLIMITED,
        "rc_registration": UNLIMITED,
        "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
        "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
        "rc_joins_per_room": UNLIMITED,
        "rc_room_creation": UNLIMITED,
        "rc_admin_redaction": UNLIMITED,
        "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
        "rc_presence": {"per_user": UNLIMITED},
    }


def _log_configuration() -> dict[str, object]:
    return {
        "version": 1,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "disable_existing_loggers": False,
    }
