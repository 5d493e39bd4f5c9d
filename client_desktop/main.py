"""The command `parlour-desktop`."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
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


def main(arguments: list[str] | None = None) -> int:
    """Run the client until the user leaves; return the exit status."""
    chosen = _parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(
        level=logging.DEBUG if chosen.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    os.environ.setdefault("QT_QUICK_CONTROLS_STYLE", "Basic")
    gc.disable()  # until the window is there: nearly all that is made before stays
    sys.setswitchinterval(SWITCH_S)
    data_dir = _data_dir(chosen.data_dir, chosen.profile)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Parlour")
    application.setDesktopFileName("parlour-desktop")
    application.setQuitOnLastWindowClosed(False)
    prepare_application(application)
    install_words()
    instance = SingleInstance(data_dir, application)
    if instance.hand_over(chosen.links) or not instance.claim():
        return 0
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(_run(data_dir, instance, chosen.links, hidden=chosen.hidden))
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


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="parlour-desktop", description="Chat on Matrix.")
    parser.add_argument("--data-dir", type=Path, help="where everything is kept")
    parser.add_argument("--profile", type=_profile, help="a separate set of accounts, by a name")
    parser.add_argument("--hidden", action="store_true", help="start without showing the window")
    parser.add_argument("--verbose", action="store_true", help="log more")
    parser.add_argument("links", nargs="*", help="matrix: or matrix.to links to open")
    return parser.parse_args(arguments)


def _profile(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise argparse.ArgumentTypeError("letters, digits, - and _ only")
    return name


def _data_dir(chosen: Path | None, profile: str | None) -> Path:
    folder = chosen or Path(platformdirs.user_data_dir("parlour-desktop", "Parlour"))
    folder = folder / "profiles" / profile if profile else folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


if __name__ == "__main__":
    sys.exit(main())
