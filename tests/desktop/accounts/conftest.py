"""People at a sign-in: what they answer, and their browser."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import aiohttp
import pytest

from client_desktop.core.accounts.loopback import BrowserWords
from client_desktop.core.accounts.oauth_client import ClientDescription
from client_desktop.core.accounts.sign_in import SignIn
from client_desktop.core.accounts.stages import Stage, StageAnswer
from tests.support.fake_clock import FakeClock

WORDS = BrowserWords("Signed in", "You may close this <window>.")
DESCRIPTION = ClientDescription("Parlour", "https://parlour.example/")

Step: TypeAlias = StageAnswer | Callable[[Stage], Awaitable[StageAnswer | None]] | None


class Person:
    """Answers each question with the next of some answers, and remembers what was asked."""

    def __init__(self, *answers: Step) -> None:
        self._answers: Sequence[Step] = answers
        self.asked: list[Stage] = []

    async def ask(self, stage: Stage) -> StageAnswer | None:
        answer = self._answers[len(self.asked)]
        self.asked.append(stage)
        return await answer(stage) if callable(answer) else answer

    @property
    def kinds(self) -> list[str]:
        return [stage.kind.value for stage in self.asked]


class SystemBrowser:
    """Opens what it is told to in a task, as a browser does while the client waits."""

    def __init__(self, visit: Callable[[str], Awaitable[object]]) -> None:
        self._visit = visit
        self.opened: list[str] = []
        self.tasks: list[asyncio.Future[object]] = []

    async def __call__(self, url: str) -> None:
        self.opened.append(url)
        waiting = asyncio.current_task()

        async def visit() -> object:
            try:
                return await self._visit(url)
            except BaseException:
                # Nobody will come back: the test must not wait for it.
                if waiting is not None:
                    waiting.cancel()
                raise

        self.tasks.append(asyncio.ensure_future(visit()))

    async def closed(self) -> None:
        await asyncio.gather(*self.tasks)


async def nothing(url: str) -> None:
    """A user who closes the window."""


@pytest.fixture
def sign_in(http: aiohttp.ClientSession, clock: FakeClock) -> SignIn:
    return SignIn(http, clock, SystemBrowser(nothing), WORDS, DESCRIPTION, "Parlour on a desk")
