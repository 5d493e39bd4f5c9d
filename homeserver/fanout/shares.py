"""How work in the background is divided: into 64 shares, each of which one worker at a time has.

What is to be done belongs to a share by its name or its number; only the worker that has the share does it.
A worker that is killed keeps its shares for seconds, and then another has them. For a moment two may do the
same, as when the clock of a worker stands still: what is done so has to bear it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias
from zlib import crc32

from homeserver.storage.db import Connection
from homeserver.storage.shares import EVERY_SHARE, SHARES

COUNT: Final = SHARES
ALL: Final = EVERY_SHARE


def share_of(name: str) -> int:
    """Return the share that a name belongs to: of a server, an application service, or a kind of work."""
    return crc32(name.encode()) % COUNT


@dataclass(frozen=True, slots=True)
class Shift:
    """What has changed. `abandoned` are those taken whose worker died: claims that it left are void.

    `lost` are those that another worker may have by now, without notice; those that are given up in order are
    told to who asks for it by `before_release`.
    """

    taken: frozenset[int] = frozenset()
    abandoned: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()


OnShift: TypeAlias = Callable[[Shift], None]
BeforeRelease: TypeAlias = Callable[[frozenset[int]], Awaitable[None]]


class WorkCall(asyncio.Event):
    """Set where there may be work of a kind for this worker."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def ask(self) -> None:
        """Have whichever worker it is do what there is to do now."""
        self.set()
        self._tell()


class Shares:
    """The shares of a worker that is alone, which are all; and what is common to both kinds."""

    def __init__(self) -> None:
        self._on_shift: list[OnShift] = []
        self._before_release: list[BeforeRelease] = []
        self._calls: defaultdict[str, list[WorkCall]] = defaultdict(list)

    @property
    def held(self) -> frozenset[int]:
        """The shares of this worker, for now."""
        return ALL

    def holds(self, number: int) -> bool:
        """Whether what has a number is this worker's to do."""
        return number % COUNT in self.held

    def holds_name(self, name: str) -> bool:
        """Whether what has a name is this worker's to do."""
        return share_of(name) in self.held

    def on_shift(self, listener: OnShift) -> None:
        """Call `listener` whenever shares are taken or lost, from `start` on."""
        self._on_shift.append(listener)

    def before_release(self, hook: BeforeRelease) -> None:
        """Await `hook` before shares are given up: what it ends is not begun elsewhere until then."""
        self._before_release.append(hook)

    def call(self, kind: str) -> WorkCall:
        """Return what is set where work of a kind is asked for at any worker, or shares were taken."""
        call = WorkCall(lambda: self._ask(kind))
        self._calls[kind].append(call)
        return call

    def look_again(self) -> None:
        """Set all calls: there may be work of any kind."""
        for calls in self._calls.values():
            for call in calls:
                call.set()

    async def fenced(self, conn: Connection, shares: Collection[int]) -> frozenset[int]:
        """Return which shares are still this worker's by the word of the database.

        They stay so for the length of the transaction, which has to end soon.
        """
        return frozenset(shares)

    async def start(self) -> None:
        """Begin to take shares; once whoever works on them is there."""
        self._shift(Shift(taken=ALL, abandoned=ALL))

    async def stop(self) -> None:
        """Leave all shares to others, and take none any more."""

    def _ask(self, kind: str) -> None:
        """Tell the other workers."""

    def _shift(self, shift: Shift) -> None:
        for listener in self._on_shift:
            listener(shift)
        if shift.taken:
            self.look_again()
