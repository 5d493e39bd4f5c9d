"""What the user chose for this device, told to the engine's accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from client_desktop.core.media.policy import FetchUnasked
from client_desktop.viewmodels.preferences import Preferences

if TYPE_CHECKING:
    from client_desktop.core.client import Client

FETCH: Final = {
    "always": FetchUnasked.ALWAYS,
    "private": FetchUnasked.PRIVATE_ROOMS,
    "never": FetchUnasked.NEVER,
}


def apply_preferences(clients: Iterable[Client], values: Preferences) -> None:
    """Have every account do as was chosen. In the engine's thread; doing it again changes nothing."""
    for client in clients:
        client.push_rules.hide_content(not values.notification_content)
        client.media.policy = replace(client.media.policy, unasked=FETCH[values.load_media])
