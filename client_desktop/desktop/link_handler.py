"""Having the system open `matrix:` links with this client, where desktops follow the freedesktop rules.

Spec: https://specifications.freedesktop.org/mime-apps-spec/latest/
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ENTRY: Final = "org.parlour.Desktop.desktop"
SCHEME: Final = "x-scheme-handler/matrix"
XDG_MIME: Final = "xdg-mime"
TIMEOUT_S: Final = 10.0
RESERVED: Final = frozenset(" \t\n\"'\\><~|&;$*?#()`")
"""Characters for which an argument of an entry's command is quoted."""


class NotRegistered(OSError):
    """The system did not take it."""


def is_possible() -> bool:
    """Tell whether there is what asks and tells the desktop."""
    return sys.platform == "linux" and shutil.which(XDG_MIME) is not None


def is_registered() -> bool:
    """Tell whether the links are opened with this client already. Takes a process: not for a busy thread."""
    return _xdg_mime("query", "default", SCHEME).strip() == ENTRY


def register(command: Sequence[str] | None = None) -> None:
    """Make this client the one that opens the links; for this user alone.

    The entry of an installed package is used where there is one, otherwise one is written that starts
    `command` (by default: this program).

    Raises: NotRegistered.
    """
    if not any((folder / ENTRY).exists() for folder in _folders()):
        folder = _folders()[0]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ENTRY).write_text(entry_text(command or own_command()), encoding="utf-8")
        except OSError as error:
            raise NotRegistered(str(error.strerror)) from error
    _xdg_mime("default", ENTRY, SCHEME)
    if not is_registered():
        raise NotRegistered("the desktop names another program")


def own_command() -> list[str]:
    """Give how this program is started."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    script = Path(sys.executable).with_name("parlour-desktop")
    return [str(script)] if script.exists() else [sys.executable, "-m", "client_desktop"]


def entry_text(command: Sequence[str]) -> str:
    """Write the entry that starts this command."""
    started = " ".join(_quoted(part) for part in command)
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Parlour",
        f"Exec={started} %U",
        "Icon=org.parlour.Desktop",
        "Terminal=false",
        "StartupWMClass=parlour-desktop",
        "Categories=Network;Chat;InstantMessaging;",
        f"MimeType={SCHEME};",
    )
    return "\n".join(lines) + "\n"


def _quoted(part: str) -> str:
    """Write one argument; a percent sign would stand for something else."""
    part = part.replace("%", "%%")
    if not RESERVED.intersection(part):
        return part
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in part)
    return '"' + escaped.replace("\\", "\\\\") + '"'


def _folders() -> list[Path]:
    """Give where entries may be: the user's own first."""
    own = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    everybodys = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [folder / "applications" for folder in (own, *map(Path, filter(None, everybodys)))]


def _xdg_mime(*arguments: str) -> str:
    """Run it and return what it says; nothing where it fails."""
    try:
        done = subprocess.run(
            [XDG_MIME, *arguments], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
