"""A real Synapse on loopback: TLS for other servers, plain HTTP for clients, a database of its own."""

import hmac
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import aiohttp
import asyncpg
import yaml

from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey, parse_signing_key
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.support.authority import Authority
from tests.support.ports import free_port
from tests.support.postgres import TestDatabases

START_LIMIT_S = 200
STOP_LIMIT_S = 120
POLL_S = 0.1
CREATE_DATABASE = """CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"""
SELECT_REFUSED = """SELECT e.room_id, e.event_id, e.type, e.state_key, e.sender, r.reason, j.internal_metadata
    FROM events e JOIN event_json j USING (event_id) LEFT JOIN rejections r USING (event_id)
    WHERE r.event_id IS NOT NULL OR j.internal_metadata LIKE '%"soft_failed":true%'"""
UNLIMITED = {"per_second": 1_000_000, "burst_count": 1_000_000}


@dataclass(frozen=True)
class SynapseServer:
    """A running Synapse. Its log, at level INFO, is `synapse.log` in its folder."""

    name: ServerName
    base_url: str
    folder: Path
    database_url: str
    secret: str

    @property
    def signing_key(self) -> SigningKey:
        """The key that it signs with."""
        return parse_signing_key((self.folder / "signing.key").read_text())

    async def user(
        self, session: aiohttp.ClientSession, localpart: str, password: str = PASSWORD
    ) -> ApiClient:
        """Make an account and return its client."""
        client = ApiClient(session, self.base_url, is_ours=False)
        path = "/_synapse/admin/v1/register"
        nonce = (await client.get(path)).ok()["nonce"]
        message = b"\x00".join(part.encode() for part in (nonce, localpart, password, "notadmin"))
        mac = hmac.digest(self.secret.encode(), message, "sha1").hex()
        body = {"nonce": nonce, "username": localpart, "password": password, "admin": False, "mac": mac}
        return client.logged_in((await client.post(path, body)).ok())

    async def refused_events(self) -> list[JsonObject]:
        """Return the events that it has rejected or soft-failed."""
        conn = await asyncpg.connect(self.database_url)
        try:
            return [dict(row) for row in await conn.fetch(SELECT_REFUSED)]
        finally:
            await conn.close()


@contextmanager
def running_synapse(
    python: Path, database_url: str, authority: Authority, folder: Path
) -> Iterator[SynapseServer]:
    """Run Synapse on an empty database, collated as C, for the length of the block."""
    federation_port, client_port = free_port(), free_port()
    server = SynapseServer(
        ServerName(f"localhost:{federation_port}"),
        f"http://127.0.0.1:{client_port}",
        folder,
        database_url,
        secrets.token_hex(16),
    )
    command = [str(python), "-m", "synapse.app.homeserver", "-c", str(_configure(server, authority))]
    subprocess.run([*command, "--generate-keys"], check=True, cwd=folder)
    with (folder / "output.log").open("ab") as output:
        environment = {**os.environ, "SYNAPSE_ASYNC_IO_REACTOR": "0"}
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=environment)
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(STOP_LIMIT_S)


async def make_synapse_database(databases: TestDatabases) -> str:
    """Make a database as Synapse wants it and return its URL."""
    name = f"synapse_test_{os.getpid()}_{secrets.token_hex(4)}"
    conn = await asyncpg.connect(databases.admin_url)
    try:
        await conn.execute(CREATE_DATABASE.format(name))
    finally:
        await conn.close()
    return databases.url_of(name)


def _wait_until_it_answers(server: SynapseServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{server.base_url}/_matrix/client/versions", timeout=5):
                return
        except URLError:
            time.sleep(POLL_S)
    raise AssertionError(f"Synapse did not start: {(server.folder / 'output.log').read_text()[-3000:]}")


def _configure(server: SynapseServer, authority: Authority) -> Path:
    folder = server.folder
    (folder / "log.yaml").write_text(yaml.safe_dump(_log_configuration(folder / "synapse.log")))
    configuration = {
        "server_name": server.name,
        "public_baseurl": server.base_url,
        "report_stats": False,
        "pid_file": str(folder / "synapse.pid"),
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "log_config": str(folder / "log.yaml"),
        "registration_shared_secret": server.secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "trusted_key_servers": [],
        "bcrypt_rounds": 4,
        "listeners": _listeners(server),
        "database": _database(server.database_url),
        "tls_certificate_path": str(authority.certificate_file),
        "tls_private_key_path": str(authority.key_file),
        "federation_custom_ca_list": [str(authority.ca_file)],
        "federation_ip_range_blacklist": [],
        "ip_range_blacklist": [],
        "allow_public_rooms_over_federation": True,
        "allow_public_rooms_without_auth": True,
        "room_list_publication_rules": [{"user_id": "*", "alias": "*", "room_id": "*", "action": "allow"}],
        **_without_limits(),
    }
    path = folder / "homeserver.yaml"
    path.write_text(yaml.safe_dump(configuration))
    return path


def _listeners(server: SynapseServer) -> list[JsonObject]:
    def listener(port: int, names: list[str], tls: bool) -> JsonObject:
        resources = [{"names": names, "compress": False}]
        addresses = ["127.0.0.1"]
        return {"port": port, "type": "http", "tls": tls, "bind_addresses": addresses, "resources": resources}

    client_port, federation_port = urlsplit(server.base_url).port, server.name.rpartition(":")[2]
    return [
        listener(client_port or 0, ["client"], False),
        listener(int(federation_port), ["federation"], True),
    ]


def _database(url: str) -> JsonObject:
    parts = urlsplit(url)
    arguments: JsonObject = {
        "user": parts.username,
        "password": parts.password,
        "host": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "port": parts.port,
        "dbname": parts.path.removeprefix("/"),
        "cp_min": 3,
        "cp_max": 8,
    }
    return {"name": "psycopg2", "args": {key: value for key, value in arguments.items() if value is not None}}


def _without_limits() -> JsonObject:
    federation = {
        "window_size": 10,
        "sleep_limit": 100_000,
        "sleep_delay": 1,
        "reject_limit": 100_000,
        "concurrent": 50,
    }
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
        "rc_key_requests": UNLIMITED,
        "rc_third_party_invite": UNLIMITED,
        "rc_media_create": UNLIMITED,
        "remote_media_download_per_second": "1G",
        "remote_media_download_burst_count": "10G",
        "rc_federation": federation,
        "federation_rr_transactions_per_room_per_second": 1000,
    }


def _log_configuration(file: Path) -> JsonObject:
    line = "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"
    return {
        "version": 1,
        "formatters": {"line": {"format": line}},
        "handlers": {
            "file": {"class": "logging.FileHandler", "filename": str(file), "formatter": "line"},
        },
        "loggers": {
            "synapse.access": {"level": "WARNING"},
            "synapse.storage.SQL": {"level": "WARNING"},
        },
        "root": {"level": "INFO", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }
