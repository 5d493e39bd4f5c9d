"""Opening the engine on what is stored; loaded in the engine's thread, beside the first frame."""

from __future__ import annotations

import logging
from pathlib import Path

from client_desktop.core.accounts.secret_keys import KeyringClosed, open_secret_store, set_secrets_aside
from client_desktop.core.changes import Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.engine import Engine
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.rooms.names import name_words
from client_desktop.viewmodels.words import language

__all__ = ["KeyringClosed", "open_engine"]

log = logging.getLogger(__name__)


async def open_engine(folder: Path, changes: Changes) -> Engine:
    """Open every account that is signed in, following no server yet; stored sign-ins that nobody can read are
    set aside.

    Raises: KeyringClosed; ClientError where the secrets cannot be opened.
    """
    try:
        secrets = await open_secret_store(folder)
    except StoreDamaged as error:
        # Without its key nobody reads that file again: signing in goes on without it.
        log.error("The stored sign-ins cannot be read: %s", error)
        set_secrets_aside(folder)
        secrets = await open_secret_store(folder)
    return await Engine.open(
        folder,
        secrets,
        changes,
        clock=SystemClock(),
        words=name_words(language()),
        start=False,
    )
