"""Loading Qt's bindings."""

from __future__ import annotations

import builtins


def load_qt() -> None:
    """Import the bindings, and leave out what they add to every import after them.

    For a choice of spelling that nobody here makes (`from __feature__ import snake_case`), PySide reads and
    keeps the source of all modules that are imported later: a quarter of their time, and 15 MB.
    """
    plain_import = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = plain_import
