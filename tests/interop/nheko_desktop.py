"""nheko, a desktop client, on a screen of its own that nobody looks at; typed and clicked into by xdotool.

There is no window manager: the one window stands in the corner, in the size that nheko gives it. Places are
those of Debian's nheko 0.11 there.
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

SCREEN: Final = "1066x600x24"
# There is no keyring here to keep the secrets in.
SETTINGS: Final = "[General]\nrun_without_secure_secrets_service=true\n"
START_LIMIT_S: Final = 200.0
STOP_LIMIT_S: Final = 60.0
LOGIN_ON_WELCOME: Final = (614, 432)
MATRIX_ID: Final = (533, 275)
LOGIN_UNDER_FORM: Final = (533, 482)
ACCEPT_ENCRYPTION: Final = (914, 562)
CLOSE_RECOVERY_KEY: Final = (985, 334)
FIRST_ROOM: Final = (130, 75)
MESSAGE: Final = (600, 578)


class Desktop:
    """The screen, and nheko on it."""

    def __init__(self, display: str, home: Path) -> None:
        self._display = display
        self._home = home

    @property
    def log(self) -> str:
        return (self._home / "nheko.log").read_text(errors="replace")

    def environment(self) -> dict[str, str]:
        folders = {f"XDG_{name}_HOME": str(self._home / name.lower()) for name in ("CONFIG", "DATA", "CACHE")}
        return {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            **folders,
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(self._home),
            "DISPLAY": self._display,
            "QT_QUICK_BACKEND": "software",
            "NO_AT_BRIDGE": "1",
        }

    async def click(self, place: tuple[int, int]) -> None:
        await self._do("xdotool", "mousemove", *map(str, place), "sleep", "0.2", "click", "1", "sleep", "0.3")

    async def write(self, text: str) -> None:
        await self._do("xdotool", "type", "--delay", "20", text)

    async def press(self, *keys: str) -> None:
        await self._do("xdotool", "key", "--delay", "50", *keys)

    async def photograph(self, file: Path) -> None:
        """Write what the screen shows now as PNG."""
        await self._do("import", "-window", "root", str(file))

    async def logged(self, text: str) -> None:
        """Wait until nheko has logged something."""
        async with asyncio.timeout(START_LIMIT_S):
            while text not in self.log:
                await asyncio.sleep(0.2)

    async def log_in(self, base_url: str, user_id: str, password: str) -> None:
        """Fill in the form of logging in. Its address field appears as the server's name leads nowhere."""
        await self.click(LOGIN_ON_WELCOME)
        await asyncio.sleep(1)
        await self.click(MATRIX_ID)
        await self.write(user_id)
        await self.press("Tab")
        await self.logged("Autodiscovery failed")
        await self.write(password)
        await self.press("Tab")
        await self.write("desk")
        await self.press("Tab", "ctrl+a")
        await self.write(base_url)
        await self.press("Tab")
        await asyncio.sleep(2)
        await self.click(LOGIN_UNDER_FORM)
        await self.logged("Switching to chat page")

    async def set_up_encryption(self) -> None:
        """Agree to what nheko offers a new account: an identity, secrets and a key backup on the server."""
        await self.logged("STATUS CHANGED: 1")
        await asyncio.sleep(2)
        await self.click(ACCEPT_ENCRYPTION)
        await self.logged("Crosssigning keys uploaded!")
        await self.logged("STATUS CHANGED: 0")
        await asyncio.sleep(1)
        await self.click(CLOSE_RECOVERY_KEY)
        await asyncio.sleep(1)

    async def open_first_room(self) -> None:
        await self.click(FIRST_ROOM)
        await asyncio.sleep(1)

    async def say(self, text: str) -> None:
        """Send a message to the open room."""
        await self.click(MESSAGE)
        await self.write(text)
        await asyncio.sleep(0.3)
        await self.press("Return")

    async def _do(self, *command: str) -> None:
        process = await create_subprocess_exec(*command, env=self.environment(), stdout=PIPE, stderr=STDOUT)
        output, _ = await process.communicate()
        assert process.returncode == 0, f"{command[0]}: {output.decode()}"


@asynccontextmanager
async def running_nheko(home: Path, picture: Path) -> AsyncIterator[Desktop]:
    """Start a screen and nheko for the length of the block; `picture` (PNG) shows how it ended."""
    picture.parent.mkdir(exist_ok=True)
    settings = home / "config" / "nheko" / "nheko.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS)
    screen, display = await start_screen()
    try:
        desktop = Desktop(display, home)
        with (home / "nheko.log").open("wb") as log:
            nheko = await create_subprocess_exec(
                "nheko",
                "--log-level=debug",
                "--log-type=stderr",
                env=desktop.environment(),
                stdout=log,
                stderr=STDOUT,
            )
        try:
            await desktop.logged("starting nheko")
            yield desktop
        finally:
            await desktop.photograph(picture)
            await end(nheko)
    finally:
        await end(screen)


async def start_screen() -> tuple[Process, str]:
    """Start Xvfb on the first free display and return that one's name as well."""
    screen = await create_subprocess_exec(
        "Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", stdout=PIPE, stderr=DEVNULL
    )
    assert screen.stdout is not None
    async with asyncio.timeout(START_LIMIT_S):
        number = (await screen.stdout.readline()).decode().strip()
    assert number, "Xvfb did not start"
    return screen, f":{number}"


async def end(process: Process) -> None:
    """End a process that may have ended already; by force if it takes long."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
