"""Libraries that bridges and bots are built on, run against this server."""

import asyncio
import subprocess
from pathlib import Path

import aiohttp
import pytest

from tests.api.client import ApiClient
from tests.interop.mautrix_environment import install_mautrix
from tests.support.application_service import ApplicationService
from tests.support.parlour_process import running_parlour

INSTALL_LIMIT_S = 300
RUN_LIMIT_S = 60
BRIDGES = Path(__file__).with_name("bridges")

pytestmark = [pytest.mark.interop, pytest.mark.timeout(INSTALL_LIMIT_S + RUN_LIMIT_S)]


@pytest.fixture
def bridge() -> ApplicationService:
    """The registration of an application service that a library runs."""
    return ApplicationService()


async def test_mautrix_bridges_messages_and_encrypts(bridge: ApplicationService, tmp_path: Path) -> None:
    """Ghosts, massaged times, ephemeral events, a ping; then a device, its keys, and secrets both ways."""
    python = await asyncio.to_thread(install_mautrix)
    keys = {"receive_ephemeral": True, "org.matrix.msc3202": True, "io.element.msc4190": True}
    registration = bridge.write(tmp_path / "appservices", **keys)
    async with running_parlour(tmp_path / "data", {"appservices": [str(registration)]}) as server:
        async with aiohttp.ClientSession() as session:
            await ApiClient(session, server.base_url).register("alice")
        command = [
            str(python), str(BRIDGES / "mautrix_bridge.py"), server.base_url, str(bridge.port),
            bridge.as_token, bridge.hs_token,
        ]  # fmt: skip
        output = await asyncio.to_thread(run, command, tmp_path)
    assert "bridge: ok" in output


def run(command: list[str], folder: Path) -> str:
    """Run a command and return what it printed."""
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False
    )
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-5000:]}"
    return result.stdout
