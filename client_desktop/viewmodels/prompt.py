"""Ask the user what a server wants proved: the stages of interactive authentication, one by one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.accounts.stages import (
    Another,
    Done,
    Email,
    Password,
    RegistrationToken,
    Stage,
    StageAnswer,
)
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.flow import shown
from client_desktop.viewmodels.problems import error_sentence
from client_desktop.viewmodels.words import language


@dataclass(frozen=True, slots=True)
class _Question:
    stage: Stage
    answer: asyncio.Future[StageAnswer | None]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A document to agree to, in the user's language where there is one."""

    policy_id: str
    name: str
    url: str


class PromptModel(QObject):
    """An `InteractivePrompt` for the engine; for the view the question that waits, if any.

    `ask` may be awaited in the engine's thread; everything else belongs to the interface's.
    """

    changed = Signal()
    _asked = Signal(object)
    _over = Signal(object)

    def __init__(self, browser: Browser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser = browser
        self._question: _Question | None = None
        self._active = False
        self._kind = ""
        self._stage: Stage | None = None
        self._policies: tuple[PolicyRow, ...] = ()
        self._error = ""
        self._asked.connect(self._show)
        self._over.connect(self._forget)

    active = shown(bool, "_active", changed)
    kind = shown(str, "_kind", changed)
    """`StageKind`: which page to show."""
    stage = shown("QVariant", "_stage", changed)
    policies = shown(list, "_policies", changed)
    error = shown(str, "_error", changed)
    """Why it is asked again."""

    async def ask(self, stage: Stage) -> StageAnswer | None:
        """Show the stage and wait for the user; None where they give up."""
        loop = asyncio.get_running_loop()
        question = _Question(stage, loop.create_future(), loop)
        self._asked.emit(question)
        try:
            return await question.answer
        finally:
            self._over.emit(question)

    @Slot(str)
    def givePassword(self, password: str) -> None:  # noqa: N802
        self._answer(Password(password))

    @Slot(str)
    def giveToken(self, token: str) -> None:  # noqa: N802
        self._answer(RegistrationToken(token.strip()))

    @Slot(str)
    def giveEmail(self, address: str) -> None:  # noqa: N802
        self._answer(Email(address.strip()))

    @Slot()
    def done(self) -> None:
        """Agreed, or done elsewhere."""
        self._answer(Done())

    @Slot(str)
    def another(self, stage_type: str) -> None:
        """Go another way."""
        self._answer(Another(stage_type))

    @Slot()
    def cancel(self) -> None:
        """Give up."""
        self._answer(None)

    @Slot()
    def openPage(self) -> None:  # noqa: N802
        """Open the page of a stage that happens in the browser."""
        if self._stage is not None:
            self._browser.show_page(self._stage.url)

    @Slot(str)
    def openPolicy(self, url: str) -> None:  # noqa: N802
        """Open a document, if it is one of those asked about."""
        if any(policy.url == url for policy in self._policies):
            self._browser.show_page(url)

    def _answer(self, answer: StageAnswer | None) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.loop.call_soon_threadsafe(_settle, question.answer, answer)

    @Slot(object)
    def _show(self, question: _Question) -> None:
        self._question = question
        self._stage = question.stage
        self._kind = question.stage.kind.value
        self._policies = tuple(_policy_rows(question.stage))
        self._error = error_sentence(question.stage.error_word) if question.stage.error_word else ""
        self._active = True
        self.changed.emit()

    @Slot(object)
    def _forget(self, question: _Question) -> None:
        """The question is answered or its request given up."""
        if self._stage is question.stage:
            self._question = None
            self._active = False
            self.changed.emit()


def _policy_rows(stage: Stage) -> list[PolicyRow]:
    rows = []
    for policy in stage.policies:
        texts = {name_of_language: (name, url) for name_of_language, name, url in policy.texts}
        name, url = texts.get(language()) or texts.get("en") or next(iter(texts.values()))
        rows.append(PolicyRow(policy.policy_id, name, url))
    return rows


def _settle(future: asyncio.Future[StageAnswer | None], answer: StageAnswer | None) -> None:
    if not future.done():
        future.set_result(answer)
