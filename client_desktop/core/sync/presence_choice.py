"""How the account wants to be seen, which every way of following tells the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class PresenceChoice:
    """`state`: online, unavailable or offline."""

    state: str = "online"
