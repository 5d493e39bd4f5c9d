"""Windows on the loop of a test: Qt works meanwhile, and what is visible is found and clicked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

from PySide6.QtCore import Q_ARG, Q_RETURN_ARG, QCoreApplication, QEvent, QMetaObject, QPoint, Qt
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

from tests.desktop.waiting import PATIENCE_S

PUMP_S = 0.005
STILL_S = 0.05

Find = Callable[[], tuple[QQuickWindow, QQuickItem] | None]
"""Gives an item and its window. Python would own what `item.window()` gives, and end it."""


@asynccontextmanager
async def qt_at_work() -> AsyncIterator[None]:
    """Let Qt work on this loop for the length of the block."""
    pump = asyncio.create_task(_pump())
    try:
        yield
    finally:
        pump.cancel()
        with suppress(asyncio.CancelledError):
            await pump


def visible_items(item: QQuickItem) -> Iterator[QQuickItem]:
    """Give what can be seen within an item, each before what it holds."""
    for child in item.childItems():
        if child.isVisible():
            yield child
            yield from visible_items(child)


def visible_item(window: QQuickWindow | None, name: str) -> QQuickItem | None:
    """Give the first visible item with this `objectName`."""
    if window is None:
        return None
    return next((item for item in visible_items(window.contentItem()) if item.objectName() == name), None)


def rows_in_place(rows: QQuickItem) -> list[QQuickItem]:
    """Give the items of a `ListView` that stand for one of its rows, first row first.

    What it keeps to use again is not drawn, but says that it is visible, and stands where it once stood.
    """
    found = (
        QMetaObject.invokeMethod(
            rows,
            "itemAtIndex",
            Qt.ConnectionType.DirectConnection,
            Q_RETURN_ARG("QQuickItem*"),
            Q_ARG("int", index),
        )
        for index in range(rows.property("count"))
    )
    return [item for item in found if isinstance(item, QQuickItem)]


async def click_when_still(find: Find) -> None:
    """Click what is found, once it is there, can be used, and has stopped moving."""
    window, place = await place_when_still(find)
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


async def place_when_still(find: Find) -> tuple[QQuickWindow, QPoint]:
    """Give the middle of what is found, once it is there, can be used, and has stopped moving.

    It must be in one place in two frames in a row: what was just made is not laid out yet.
    """
    before = None
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if (drawn := _drawn_place(find)) is not None and drawn[1] == before:
                return drawn
            before = drawn[1] if drawn is not None else None
            await asyncio.sleep(STILL_S)


def _drawn_place(find: Find) -> tuple[QQuickWindow, QPoint] | None:
    if (found := find()) is None:
        return None
    found[0].grabWindow()
    if (found := find()) is None or not found[1].isEnabled():  # drawing may have made it anew
        return None
    window, item = found
    return window, item.mapToScene(item.boundingRect().center()).toPoint()


async def _pump() -> None:
    while True:
        QCoreApplication.processEvents()
        # What was to be deleted later waits for the end of a loop of Qt's, of which there is none here.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        await asyncio.sleep(PUMP_S)
