"""What the account may do with one event."""

from __future__ import annotations

from dataclasses import dataclass

from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind

EDITABLE = frozenset(
    {
        ItemKind.TEXT,
        ItemKind.EMOTE,
        ItemKind.NOTICE,
        ItemKind.IMAGE,
        ItemKind.VIDEO,
        ItemKind.AUDIO,
        ItemKind.FILE,
        ItemKind.POLL,
    }
)
NOT_MESSAGES = frozenset(
    {
        ItemKind.MEMBERSHIP,
        ItemKind.STATE,
        ItemKind.REDACTED,
        ItemKind.UNKNOWN,
        ItemKind.CALL,
        ItemKind.VERIFICATION,
    }
)


@dataclass(frozen=True, slots=True)
class Allowed:
    edit: bool = False
    redact: bool = False
    react: bool = False
    reply: bool = False
    pin: bool = False


def allowed(event: Event, kind: ItemKind, around: Surroundings) -> Allowed:
    """Tell what may be done; nothing with what is not sent yet, or not there any more."""
    if event.local or kind is ItemKind.REDACTED or event.type == "m.room.create":
        return Allowed()
    may = around.room.permissions
    own = event.sender == around.room.me
    message = kind not in NOT_MESSAGES
    readable = message and kind is not ItemKind.UNDECRYPTABLE
    return Allowed(
        edit=own and kind in EDITABLE and may.may_send(event.type),
        redact=may.may_redact(event.sender),
        react=message and may.may_send("m.reaction"),
        reply=readable and may.may_send("m.room.message"),
        pin=message and may.may_state("m.room.pinned_events"),
    )
