"""Timelines: a list of items, oldest first, and what to do to it when something changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.values.encryption import Shield
from client_desktop.core.values.sending import SendState


class ItemKind(StrEnum):
    TEXT = "text"
    EMOTE = "emote"
    NOTICE = "notice"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    POLL = "poll"
    MEMBERSHIP = "membership"
    """Joins, leaves, invites, kicks, bans, names and pictures of people."""
    STATE = "state"
    """Anything else that a room's state says, in words."""
    VERIFICATION = "verification"
    CALL = "call"
    REDACTED = "redacted"
    UNDECRYPTABLE = "undecryptable"
    UNKNOWN = "unknown"
    """Hidden unless developer tools show it."""
    DAY = "day"
    """Separator; `at_ms` is the beginning of the day in local time."""
    NEW = "new"
    """Everything after it is unread."""
    GAP = "gap"
    """Messages are missing here; `event_id` is the event after the gap. Showing it loads them."""
    BEGINNING = "beginning"
    """The room starts here."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file as the event describes it; everything here is said by the sender and believed by nobody."""

    url: str
    """mxc URI; `file:` path while it is being uploaded."""
    name: str
    mime_type: str
    size: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    blurhash: str | None
    thumbnail_url: str | None
    waveform: tuple[int, ...]
    """0 to 1024 each, for voice messages."""
    encrypted_file: ReadonlyJsonObject | None
    """`EncryptedFile` of the specification; hand it to `client.media`."""
    encrypted_thumbnail: ReadonlyJsonObject | None
    spoiler: bool
    caption_html: str
    """Sanitised; empty where there is no caption."""
    caption: str


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    event_id: str
    sender: str
    sender_name: str
    text: str
    """One line, plain; empty while it is being fetched."""
    kind: ItemKind | None
    """None: not known yet, or not to be had."""


@dataclass(frozen=True, slots=True)
class Reaction:
    key: str
    image_url: str | None
    """mxc URI where the reaction is a picture (MSC4027)."""
    count: int
    names: tuple[str, ...]
    """Who, at most 20."""
    mine: bool
    my_event_id: str | None


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    root_id: str
    count: int
    last_sender: str
    last_sender_name: str
    last_text: str
    last_at_ms: int
    participants: tuple[str, ...]
    """User ids, newest first, at most 5."""
    unread: int
    mentions: int


@dataclass(frozen=True, slots=True)
class PollAnswer:
    answer_id: str
    text: str
    votes: int | None
    """None while the result is not to be shown."""
    mine: bool
    winner: bool


@dataclass(frozen=True, slots=True)
class Poll:
    question: str
    answers: tuple[PollAnswer, ...]
    max_selections: int
    disclosed: bool
    ended: bool
    total_votes: int
    can_end: bool


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    user_id: str
    name: str
    avatar_url: str | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One row. Two items with the same `key` are the same row before and after."""

    key: str
    """Stable through sending: an own message's transaction id, else the event id; `day:…`, `gap:…`."""
    kind: ItemKind
    at_ms: int
    event_id: str | None = None
    sender: str = ""
    sender_name: str = ""
    sender_avatar: str | None = None
    sender_unknown_member: bool = False
    """The name is claimed by no membership that we know."""
    body: str = ""
    """Plain text: what copying gives, what a screen reader says."""
    html: str = ""
    """Sanitised HTML in the subset of `core/text`; empty where `body` alone is the message."""
    only_emoji: bool = False
    own: bool = False
    mentions_me: bool = False
    edited: bool = False
    edited_at_ms: int | None = None
    reply: ReplyPreview | None = None
    reactions: tuple[Reaction, ...] = ()
    thread: ThreadSummary | None = None
    """At the root of a thread."""
    thread_root: str | None = None
    media: Media | None = None
    gallery: tuple[Media, ...] = ()
    poll: Poll | None = None
    geo_uri: str | None = None
    links: tuple[str, ...] = ()
    """URLs that may be previewed, at most 3, in order."""
    receipts: tuple[ReadReceipt, ...] = ()
    pinned: bool = False
    encrypted: bool = False
    shield: Shield | None = None
    undecryptable_word: str = ""
    """Which text says why: `undecryptable.<word>`."""
    redacted_by: str | None = None
    redaction_reason: str = ""
    state_word: str = ""
    """For MEMBERSHIP and STATE: the text `event.<word>` with `state_args`."""
    state_args: tuple[str, ...] = ()
    verification_id: str | None = None
    send_state: SendState = SendState.SENT
    error_word: str = ""
    can_edit: bool = False
    can_redact: bool = False
    can_react: bool = False
    can_reply: bool = False
    can_pin: bool = False
    extra: ReadonlyJsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reset:
    """The list is these now."""

    items: tuple[TimelineItem, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    index: int
    items: tuple[TimelineItem, ...]


@dataclass(frozen=True, slots=True)
class Replace:
    """The item at `index` looks different now, or has become another one."""

    index: int
    item: TimelineItem


@dataclass(frozen=True, slots=True)
class Remove:
    index: int
    count: int


TimelineOperation: TypeAlias = Reset | Insert | Replace | Remove
