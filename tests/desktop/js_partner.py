"""matrix-js-sdk with its Rust crypto, in a process of its own, driven step by step."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.clients.test_matrix_js_sdk import NODE, install_packages

SCRIPT = Path(__file__).parent / "js" / "partner.js"
ANSWER_LIMIT_S = 100.0
LINE_LIMIT = 20_000_000


class JsPartner:
    """A client that does what it is told: `await partner.do("send", roomId=…, content=…)`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.user_id = ""
        self.device_id = ""

    async def log_in(self, username: str, *, again: bool = False) -> None:
        """Register an account, or sign in to one `again`, as a new device, and sync."""
        me = await self.do("logIn", username=username, again=again)
        self.user_id, self.device_id = me["userId"], me["deviceId"]

    async def do(self, command: str, *, within_s: float = ANSWER_LIMIT_S, **arguments: object) -> Any:
        """Have a command of the script done; return its result."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"do": command, **arguments}) + b"\n")
        async with asyncio.timeout(within_s):
            line = await self._process.stdout.readline()
        assert line, "the process has ended"
        answer = orjson.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["ok"]


@asynccontextmanager
async def js_partner(base_url: str) -> AsyncIterator[JsPartner]:
    """Start a client; it ends with the block."""
    await asyncio.to_thread(install_packages)
    async with told_process(str(NODE / "bin" / "node"), str(SCRIPT), base_url) as partner:
        yield partner


@asynccontextmanager
async def told_process(
    *command: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[JsPartner]:
    """Start a script that does what it is told over its input; it ends with the block.

    `environment` is added to this process's own.
    """
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **(environment or {})},
        stdin=PIPE, stdout=PIPE, stderr=None, limit=LINE_LIMIT,
    )  # fmt: skip
    try:
        yield JsPartner(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(60):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
