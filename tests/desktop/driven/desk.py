"""Somebody at the desktop client: looks at its window, points, and types, through a real X server."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

DRIVER = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).parents[3]
ANSWER_WITHIN_S = 120.0
END_WITHIN_S = 100.0
LINE_LIMIT = 20_000_000
KEY_DELAY_MS = 3


class Desk:
    """The window of one client. What is waited for is waited for by the client's own process."""

    def __init__(self, process: Process, display: str) -> None:
        self._process = process
        self._display = display

    async def ask(self, question: str, **about: object) -> Any:
        """Ask the driver, and wait until it can answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"ask": question, **about}) + b"\n")
        async with asyncio.timeout(ANSWER_WITHIN_S):
            line = await self._process.stdout.readline()
        assert line, "the client has ended"
        answer = orjson.loads(line)
        assert "error" not in answer, f"{question} {about}: the window shows\n{answer['error']}"
        return answer["ok"]

    async def click(self, name: str, nth: int = 0, under: str = "", *, part: bool = False) -> None:
        """Click what has this accessible name or object name, once it is there and stands still.

        `part`: the name may be part of a longer one. `under`: only within what has that name.
        """
        await self.point_at(name, nth, under, part=part)
        x, y = await self.ask("place", name=name, nth=nth, under=under, part=part)
        await self._x("mousemove", x, y, "click", 1)

    async def point_at(
        self, name: str, nth: int = 0, under: str = "", role: str = "", *, part: bool = False
    ) -> None:
        """Move the mouse there."""
        x, y = await self.ask("place", name=name, nth=nth, under=under, role=role, part=part)
        await self._x("mousemove", x - 3, y, "mousemove", x, y)

    async def rest(self) -> None:
        """Put the mouse where nothing is below it."""
        await self._x("mousemove", 2, 400)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self._x("type", "--delay", KEY_DELAY_MS, "--", text)

    async def fill(self, name: str, text: str) -> None:
        """Click a field and type into it, in place of what is there."""
        await self.click(name)
        await self.press("ctrl+a")
        await self.type(text)

    async def press(self, *keys: str) -> None:
        """Press keys, by the names that X has for them: `Return`, `ctrl+k`."""
        await self._x("key", "--delay", KEY_DELAY_MS, *keys)

    async def say(self, text: str) -> None:
        """Type a message into the composer, which has the focus, and send it."""
        await self.type(text)
        await self.press("Return")

    async def reads(self, text: str) -> None:
        """Wait until this can be read."""
        await self.ask("reads", text=text)

    async def reads_no_more(self, text: str) -> None:
        await self.ask("gone", text=text)

    async def _x(self, *arguments: object) -> None:
        command = ["xdotool", *(str(argument) for argument in arguments)]
        environment = {**os.environ, "DISPLAY": self._display}
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        assert await process.wait() == 0, command


@asynccontextmanager
async def open_desk(display: str, data_dir: Path, log: Path) -> AsyncIterator[Desk]:
    """Start the client on a display, with a folder of its own; end it as a user does, by Ctrl+Q."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_QUICK_BACKEND": "software",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(DRIVER), "--data-dir", str(data_dir),
            env=environment, stdin=PIPE, stdout=PIPE, stderr=written, limit=LINE_LIMIT,
        )  # fmt: skip
    desk = Desk(process, display)
    try:
        yield desk
        await desk.press("ctrl+q")
        async with asyncio.timeout(END_WITHIN_S):
            code = await process.wait()
        assert code == 0, f"see {log}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
