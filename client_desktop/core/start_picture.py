"""The room list as it was last seen, kept so that the next start shows it before anything else is loaded.

One small file in the data directory, of the account that a start shows first; gone when that account is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from client_desktop.core.changes import AccountsChanged, Change, Changes, ProfilesChanged, RoomsChanged
from client_desktop.core.values.rooms import RoomSummary

FILE = "start.json"
SHAPE = 1
"""Another number: written by a version whose picture this one does not read."""
MAX_BYTES = 64 * 1024 * 1024
WRITE_AFTER_S = 30.0
"""So much of what was seen last is lost by a crash."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StartPicture:
    """What the first frame shows."""

    user_id: str
    display_name: str
    avatar_url: str | None
    rooms: tuple[RoomSummary, ...]
    shape: int = SHAPE


def read_start_picture(data_dir: Path) -> StartPicture | None:
    """Return what was seen last; None where there is nothing, or nothing that can be read."""
    try:
        with (data_dir / FILE).open("rb") as file:
            picture = msgspec.json.decode(file.read(MAX_BYTES), type=StartPicture)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as problem:
        log.warning("what was seen last cannot be read: %s", type(problem).__name__)
        return None
    return picture if picture.shape == SHAPE else None


def without_moments(rooms: Iterable[RoomSummary]) -> tuple[RoomSummary, ...]:
    """Give rooms as they may be shown later: nobody is typing."""
    return tuple(replace(room, typing=()) if room.typing else room for room in rooms)


class StartPictureKeeper:
    """Writes the picture a while after it has changed, and at the end. Lives on the engine's loop.

    `take` gives what is seen now, None where no account is signed in.
    """

    def __init__(self, data_dir: Path, changes: Changes, take: Callable[[], StartPicture | None]) -> None:
        self._file = data_dir / FILE
        self._take = take
        self._waiting: asyncio.TimerHandle | None = None
        self._endings = [
            changes.listen(kind, self._changed) for kind in (AccountsChanged, ProfilesChanged, RoomsChanged)
        ]

    def write(self) -> None:
        """Write it now; without an account, delete what was written."""
        # Imported now: reading a picture, before the first frame, needs none of it.
        from client_desktop.core.accounts.private_files import write_private

        self._stop_waiting()
        picture = self._take()
        try:
            if picture is None:
                self._file.unlink(missing_ok=True)
            else:
                write_private(self._file, msgspec.json.encode(picture))
        except OSError as problem:
            log.warning("what is seen cannot be kept for the next start: %s", problem.strerror)

    def close(self) -> None:
        """Write it for the last time, and listen no more; closing again does nothing."""
        if self._endings:
            for end in self._endings:
                end()
            self._endings.clear()
            self.write()

    def _changed(self, change: Change) -> None:
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(WRITE_AFTER_S, self.write)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
