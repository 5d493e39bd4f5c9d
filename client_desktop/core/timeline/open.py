"""Put the timelines of an account together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.store import Store
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.pages import Pages
from client_desktop.core.timeline.ports import Decryption
from client_desktop.core.timeline.timelines import Timelines


def open_timelines(
    me: str,
    api: Api,
    store: Store,
    changes: Changes,
    clock: Clock,
    decryption: Decryption,
    permissions: Callable[[str], Permissions],
    *,
    zone: tzinfo | None = None,
) -> Timelines:
    """Make the timelines of an account; `zone`: where days begin, the machine's where None."""
    pages = Pages(api, decryption)
    return Timelines(TimelinesContext(me, store, changes, clock, pages, decryption, permissions, zone=zone))
