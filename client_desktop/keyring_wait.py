"""The system keyring is locked at the start: a card says so, and the start goes on once it is open."""

from __future__ import annotations

import asyncio

import shiboken6
from PySide6.QtCore import QUrl
from PySide6.QtQml import QQmlApplicationEngine

from client_desktop.views.look import VIEWS, prepare_engine

WINDOW = VIEWS / "login" / "KeyringWindow.qml"


async def ask_to_unlock() -> bool:
    """Show the card until the user has unlocked the keyring or will not; tell whether to try again."""
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def take(again: bool) -> None:
        if not answer.done():
            answer.set_result(again)

    engine = QQmlApplicationEngine()
    prepare_engine(engine)
    engine.load(QUrl.fromLocalFile(str(WINDOW)))
    window = engine.rootObjects()[0]
    window.answered.connect(take)  # type: ignore[attr-defined]
    try:
        return await answer
    finally:
        shiboken6.delete(engine)
