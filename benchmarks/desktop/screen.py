"""A screen that nobody looks at, and what is seen on it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageGrab

SIZE = (1280, 800)
LIST = (70, 110, 300, 560)
"""Where both clients have rooms: beside a rail, below a title and a search field."""
ROWS_SEEN = 5
STOP_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Screen:
    """An X server; `display` is its name."""

    display: str

    def window_is_there(self) -> bool:
        """Whether anything has been drawn at all."""
        return len(self._picture().getcolors(1 << 24) or ()) > 1

    def rooms_are_there(self) -> bool:
        """Whether there are lines below each other where rooms are listed."""
        grey = self._picture().crop(LIST).convert("L")
        lines = [max(row) - min(row) > 40 for row in _rows(grey)]
        return sum(now and not before for before, now in pairwise(lines)) >= ROWS_SEEN

    def click(self, left: int, top: int) -> None:
        environment = {**os.environ, "DISPLAY": self.display}
        move = ["xdotool", "mousemove", str(left), str(top)]
        subprocess.run([*move, "sleep", "0.2", "click", "1"], check=True, env=environment)

    def _picture(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self.display)


@contextmanager
def running_screen() -> Iterator[Screen]:
    """Start an X server on the first free display, for the length of the block."""
    geometry = f"{SIZE[0]}x{SIZE[1]}x24"
    server = subprocess.Popen(
        # Whoever looks connects and leaves: without -noreset the server would begin anew each time that
        # nobody else is connected, and turn away a client that comes at that moment.
        ["Xvfb", "-displayfd", "1", "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        yield Screen(f":{number}")
    finally:
        server.terminate()
        end(server)


def end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was told to end; end it by force if it takes long."""
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until_seen(
    process: subprocess.Popen[bytes], began: float, limit_s: float, seen: Callable[[], bool]
) -> float:
    """Look again and again; return the milliseconds since `began` when `seen` first held.

    Raises: TimeoutError; ChildProcessError where the process ended.
    """
    while time.monotonic() - began < limit_s:
        if process.poll() is not None:
            raise ChildProcessError(f"ended with status {process.returncode}")
        if seen():
            return (time.monotonic() - began) * 1000
        time.sleep(0.005)
    raise TimeoutError(f"showed nothing in {limit_s:.0f} s")


def _rows(grey: Image.Image) -> Iterator[bytes]:
    data = grey.tobytes()
    for top in range(0, len(data), grey.width):
        yield data[top : top + grey.width]
