"""A server whose certificate has expired runs, says so, and takes up the renewed one when told to."""

import asyncio
import os
import signal
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.support.parlour_process import ParlourProcess, running_parlour

LIMIT_S = 100.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "listener.pem"


def write(authority: trustme.CA, file: Path, expires: datetime) -> None:
    issued = authority.issue_cert("127.0.0.1", not_before=expires - timedelta(days=90), not_after=expires)
    issued.private_key_and_cert_chain_pem.write_to_path(file)


async def connect(port: int, authority: trustme.CA) -> None:
    """Connect as somebody who believes no certificate that has expired. Raises: ssl.SSLError."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.close()
    await writer.wait_closed()


async def until_said(server: ParlourProcess, text: str) -> str:
    """Return the line of the log with the text, once it is there."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            for line in server.log_file.read_text().splitlines():
                if text in line:
                    return line
            await asyncio.sleep(0.02)


async def test_expired_certificate_is_told_and_a_renewed_one_taken_up_on_sighup(
    tmp_path: Path, file: Path, database_url: str
) -> None:
    authority, now = trustme.CA(), datetime.now(UTC)
    write(authority, file, now - timedelta(days=1))
    listener = {"port": 0, "tls_certificate": str(file), "tls_key": str(file)}
    settings = {
        "database_url": database_url,
        "listeners": [listener],
        "federation": {"enabled": False},
        "log_level": "info",
    }
    async with running_parlour(tmp_path / "data", settings) as server:
        port = int(server.base_url.rpartition(":")[2])
        line = await until_said(server, "certificate_expired")
        assert str(file) in line
        assert "renew the file" in line
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            await connect(port, authority)

        write(authority, file, now + timedelta(days=80))
        os.kill(server.process_id, signal.SIGHUP)
        await until_said(server, "certificate_reloaded")
        await connect(port, authority)
