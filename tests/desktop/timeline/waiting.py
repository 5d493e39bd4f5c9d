"""Waiting for what a real server brings."""

from __future__ import annotations

from typing import TypeVar

from client_desktop.core.changes import Change
from client_desktop.core.client import Client
from client_desktop.core.timeline import Timeline
from client_desktop.core.values import ItemKind

C = TypeVar("C", bound=Change)


def texts(timeline: Timeline) -> list[str]:
    """Give the messages that a timeline shows."""
    return [item.body for item in timeline.items if item.kind is ItemKind.TEXT]


def seen(client: Client, kind: type[C]) -> list[C]:
    """Collect changes of one kind from now on."""
    found: list[C] = []

    def note(change: Change) -> None:
        if isinstance(change, kind) and change.account == client.me.user_id:
            found.append(change)

    client.changes.listen(kind, note)
    return found
