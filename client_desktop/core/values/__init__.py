"""What the engine hands to the interface: immutable values without behaviour of their own.

Each is loaded when it is first asked for: the window's first frame needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client_desktop.core.values.account import (
        AccountSummary,
        Notification,
        Presence,
        Profile,
        SyncState,
        SyncTransport,
    )
    from client_desktop.core.values.encryption import (
        DeviceSummary,
        EncryptionState,
        Shield,
        ShieldColor,
        UserTrust,
        Verification,
        VerificationStage,
    )
    from client_desktop.core.values.rooms import (
        InviteDetails,
        Membership,
        MemberSummary,
        RoomKind,
        RoomSection,
        RoomSummary,
    )
    from client_desktop.core.values.sending import SendItem, SendState, Transfer
    from client_desktop.core.values.timeline import (
        Insert,
        ItemKind,
        Media,
        Poll,
        PollAnswer,
        Reaction,
        ReadReceipt,
        Remove,
        Replace,
        ReplyPreview,
        Reset,
        ThreadSummary,
        TimelineItem,
        TimelineOperation,
    )

PLACES = {
    "account": ("AccountSummary", "Notification", "Presence", "Profile", "SyncState", "SyncTransport"),
    "encryption": (
        "DeviceSummary",
        "EncryptionState",
        "Shield",
        "ShieldColor",
        "UserTrust",
        "Verification",
        "VerificationStage",
    ),
    "rooms": ("InviteDetails", "MemberSummary", "Membership", "RoomKind", "RoomSection", "RoomSummary"),
    "sending": ("SendItem", "SendState", "Transfer"),
    "timeline": (
        "Insert",
        "ItemKind",
        "Media",
        "Poll",
        "PollAnswer",
        "Reaction",
        "ReadReceipt",
        "Remove",
        "Replace",
        "ReplyPreview",
        "Reset",
        "ThreadSummary",
        "TimelineItem",
        "TimelineOperation",
    ),
}
_PLACE_OF = {name: place for place, names in PLACES.items() for name in names}

__all__ = [
    "AccountSummary",
    "DeviceSummary",
    "EncryptionState",
    "Insert",
    "InviteDetails",
    "ItemKind",
    "Media",
    "MemberSummary",
    "Membership",
    "Notification",
    "Poll",
    "PollAnswer",
    "Presence",
    "Profile",
    "Reaction",
    "ReadReceipt",
    "Remove",
    "Replace",
    "ReplyPreview",
    "Reset",
    "RoomKind",
    "RoomSection",
    "RoomSummary",
    "SendItem",
    "SendState",
    "Shield",
    "ShieldColor",
    "SyncState",
    "SyncTransport",
    "ThreadSummary",
    "TimelineItem",
    "TimelineOperation",
    "Transfer",
    "UserTrust",
    "Verification",
    "VerificationStage",
]


def __getattr__(name: str) -> Any:
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{place}"), name)
    globals()[name] = found
    return found
