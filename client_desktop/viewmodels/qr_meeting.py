"""Two devices that come together by a QR code: what either of them shows its user."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.accounts.qr.code import QrCode, decode_qr_code
from client_desktop.core.accounts.qr.conversation import QrPrompt
from client_desktop.core.accounts.qr.errors import NotAQrCode
from client_desktop.core.errors import ClientError
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.qr_picture import qr_source

DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class _Question:
    answer: asyncio.Future[str | None]
    loop: asyncio.AbstractEventLoop


class QrMeeting(Flow):
    """One meeting at a time, begun by `showCode` or `scan`; who makes one says what each of them does:
    `meet_showing` goes on with who scans our code, `meet_scanning` with the device whose code we scanned.

    `stage`: empty, `preparing`, `code` (the other device scans ours), `scan` (we scan its code), `type` (the
    digits that it shows are typed here), `digits` (ours are typed there), `page` (the user agrees in the
    browser), `done` or `failed`.
    """

    changed = Signal()
    _code_made = Signal(bytes)
    _digits_made = Signal(str)
    _digits_wanted = Signal(object)
    _page_wanted = Signal(str, str)

    def __init__(
        self,
        bridge: Bridge,
        browser: Browser,
        meet_showing: Callable[[QrPrompt], Awaitable[None]],
        meet_scanning: Callable[[QrPrompt, QrCode], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._browser = browser
        self._meet_showing = meet_showing
        self._meet_scanning = meet_scanning
        self._stage = ""
        self._qr_source = ""
        self._digits = ""
        self._user_code = ""
        self._page = ""
        self._question: _Question | None = None
        self._code_made.connect(self._show_code)
        self._digits_made.connect(self._show_digits)
        self._digits_wanted.connect(self._ask_digits)
        self._page_wanted.connect(self._show_page)

    stage = shown(str, "_stage", changed)
    qrSource = shown(str, "_qr_source", changed)  # noqa: N815
    digits = shown(str, "_digits", changed)
    """To be typed on the other device."""
    userCode = shown(str, "_user_code", changed)  # noqa: N815
    """What the page in the browser may ask for."""

    @Slot()
    def showCode(self) -> None:  # noqa: N802
        """Begin, or begin again: show a code to be scanned."""
        self._begin(lambda: self._meet_showing(_ThreadPrompt(self)))

    @Slot()
    def wantScan(self) -> None:  # noqa: N802
        """Give up a code that is shown: the other device's is scanned."""
        self.cancel()
        self.show(_stage="scan")

    @Slot(str)
    def scan(self, scanned: str) -> None:
        """Go on with what a code held, in base64."""
        try:
            code = decode_qr_code(base64.b64decode(scanned, validate=True))
        except (NotAQrCode, binascii.Error, ValueError):
            self.cancel()
            self.show(_stage="scan")
            self.act(_refuse())
            return
        self._begin(lambda: self._meet_scanning(_ThreadPrompt(self), code))

    @Slot(str)
    def typeDigits(self, typed: str) -> None:  # noqa: N802
        """Give the digits that the other device shows."""
        if len(typed.strip()) == DIGITS:
            self._answer(typed.strip())

    @Slot()
    def openPage(self) -> None:  # noqa: N802
        """Open the page on which the user agrees once more."""
        if self._page:
            self._browser.show_page(self._page)

    @Slot()
    def cancel(self) -> None:
        """Give up; the other device is told where it can be."""
        self._answer(None)
        for task in tuple(self._tasks):
            task.cancel()
        self.set_error("")
        self.show(_stage="", _qr_source="", _digits="", _user_code="", _page="")

    def finish(self) -> None:
        """Say that it worked."""
        self.show(_stage="done", _qr_source="", _digits="", _user_code="", _page="")

    def _begin(self, meet: Callable[[], Awaitable[None]]) -> None:
        self.cancel()
        self.show(_stage="preparing")
        self.act(self._meet(meet))

    async def _meet(self, meet: Callable[[], Awaitable[None]]) -> None:
        try:
            await meet()
        except ClientError:
            self._question = None
            self.show(_stage="failed", _qr_source="", _digits="", _user_code="", _page="")
            raise

    def _answer(self, typed: str | None) -> None:
        question, self._question = self._question, None
        if question is not None:
            if typed is not None:
                self.show(_stage="preparing")
            question.loop.call_soon_threadsafe(_settle, question.answer, typed)

    @Slot(bytes)
    def _show_code(self, code: bytes) -> None:
        self.show(_stage="code", _qr_source=qr_source(bytes(code)))

    @Slot(str)
    def _show_digits(self, digits: str) -> None:
        self.show(_stage="digits", _digits=digits)

    @Slot(object)
    def _ask_digits(self, question: _Question) -> None:
        self._question = question
        self.show(_stage="type", _qr_source="")

    @Slot(str, str)
    def _show_page(self, url: str, user_code: str) -> None:
        """On the new device the digits stay: the user may not have typed them yet."""
        stage = "digits" if self._digits and not url else "page"
        self.show(_stage=stage, _user_code=user_code, _page=url)
        if url:
            self._browser.show_page(url)


class _ThreadPrompt:
    """A `QrPrompt` that may be awaited in the engine's thread."""

    def __init__(self, meeting: QrMeeting) -> None:
        self._meeting = meeting

    async def show_code(self, code: bytes) -> None:
        self._meeting._code_made.emit(code)

    async def show_check_code(self, digits: str) -> None:
        self._meeting._digits_made.emit(digits)

    async def ask_check_code(self) -> str | None:
        loop = asyncio.get_running_loop()
        question = _Question(loop.create_future(), loop)
        self._meeting._digits_wanted.emit(question)
        return await question.answer

    async def open_page(self, url: str, user_code: str) -> None:
        self._meeting._page_wanted.emit(url, user_code)


async def _refuse() -> None:
    raise NotAQrCode("no code for signing in")


def _settle(future: asyncio.Future[str | None], typed: str | None) -> None:
    if not future.done():
        future.set_result(typed)
