"""One run of the client: from Qt's application to the end of its loop."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from client_desktop.desktop.single_instance import SingleInstance
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import prepare_application

if TYPE_CHECKING:
    from client_desktop.app import DesktopApp

SIGNAL_TICK_MS = 500
SWITCH_S = 0.0005
"""How long the engine's thread may keep the interpreter while the interface's waits for it."""


def run(data_dir: Path, links: list[str], *, hidden: bool) -> int:
    """Run until the user leaves, or hand over to the client that runs already; return the exit status."""
    sys.setswitchinterval(SWITCH_S)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Parlour")
    application.setDesktopFileName("org.parlour.Desktop")
    application.setQuitOnLastWindowClosed(False)
    prepare_application(application)
    install_words()
    instance = SingleInstance(data_dir, application)
    if instance.hand_over(links) or not instance.claim():
        return 0
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(_run(data_dir, instance, links, hidden=hidden))
    return 0


async def _run(data_dir: Path, instance: SingleInstance, links: list[str], *, hidden: bool) -> None:
    # Imported when it is sure that this start shows anything.
    from client_desktop.app import DesktopApp, Places

    desktop = DesktopApp(Places(data_dir))
    ticking = _leave_on_signals(desktop)
    try:
        await desktop.open(hidden=hidden)
        gc.freeze()
        gc.enable()
        instance.activated.connect(desktop.activate)
        if links:
            desktop.activate(links)
        await desktop.wait()
    finally:
        ticking.stop()
        instance.release()
        await desktop.close()


def _leave_on_signals(desktop: DesktopApp) -> QTimer:
    """End in good order on Ctrl+C and on the system's request.

    Python looks at signals only between two steps of its own, and Qt may not take one for long: hence the
    timer, which the caller stops.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: desktop.leave())
    ticking = QTimer()
    ticking.timeout.connect(lambda: None)
    ticking.start(SIGNAL_TICK_MS)
    return ticking
