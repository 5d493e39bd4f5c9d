"""The lines of the room list: which rooms are in it, in which order, and what each says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QDate

from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary
from client_desktop.viewmodels.time_text import list_time_text
from client_desktop.viewmodels.words import language, word

SECTIONS = tuple(section for section in RoomSection if section is not RoomSection.HIDDEN)


class RoomFilter(StrEnum):
    ALL = "all"
    UNREAD = "unread"
    PEOPLE = "people"
    ROOMS = "rooms"
    FAVOURITES = "favourites"


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room, or the heading of a section (`header`)."""

    key: str
    header: bool
    section: str
    name: str
    collapsed: bool = False
    """Of a heading."""
    room_id: str = ""
    color_id: str = ""
    """What the color of the picture's stand-in is made from: the other person's id in a direct chat."""
    avatar_url: str = ""
    is_direct: bool = False
    text: str = ""
    text_kind: str = ""
    """typing, draft, invite or empty."""
    time: str = ""
    unread: int = 0
    """Of a heading: of the rooms it hides."""
    mentions: int = 0
    marked_unread: bool = False
    muted: bool = False
    invited: bool = False
    favourite: bool = False
    low_priority: bool = False


@dataclass(frozen=True, slots=True)
class ListChoice:
    """What the user wants to see of the list."""

    filter: RoomFilter = RoomFilter.ALL
    words: str = ""
    space: str = ""
    """Room id of the chosen space; empty for all."""
    collapsed: frozenset[str] = frozenset()
    unread_first: bool = True


class RowsMade:
    """Lines of rooms that look as before are made once: a day and a language long."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[RoomSummary, RoomRow]] = {}
        self._made_for: tuple[object, str] = (None, "")

    def begin(self) -> None:
        """Forget all where the day or the language is another one now."""
        made_for = (QDate.currentDate(), language())
        if made_for != self._made_for:
            self._made_for = made_for
            self._rows.clear()

    def row(self, room: RoomSummary) -> RoomRow:
        made = self._rows.get(room.room_id)
        if made is None or made[0] is not room:
            made = self._rows[room.room_id] = (room, room_row(room))
        return made[1]

    def forget(self, room_ids: Iterable[str]) -> None:
        for room_id in room_ids:
            self._rows.pop(room_id, None)


def rows_of(
    summaries: Mapping[str, RoomSummary], choice: ListChoice, current: str, made: RowsMade | None = None
) -> list[RoomRow]:
    """The list from top to bottom. The room that is open stays in it whatever the filter says."""
    made = made or RowsMade()
    made.begin()
    inside = rooms_inside(summaries, choice.space) if choice.space else None
    shown = [
        room
        for room in summaries.values()
        if room.section is not RoomSection.HIDDEN
        and (inside is None or room.room_id in inside or room.section is RoomSection.INVITES)
        and (_passes(room, choice) or (room.room_id == current and not choice.words))
    ]
    rows: list[RoomRow] = []
    for section in SECTIONS:
        members = sorted((room for room in shown if room.section is section), key=_order(section, choice))
        if not members:
            continue
        collapsed = section.value in choice.collapsed and not choice.words
        rows.append(_heading(section, members, collapsed))
        rows.extend(made.row(room) for room in members if not collapsed)
    return rows


def rooms_inside(summaries: Mapping[str, RoomSummary], space: str) -> frozenset[str]:
    """Ids of the rooms that a space holds, directly or through spaces inside it."""
    children: dict[str, list[str]] = {}
    for room in summaries.values():
        for parent in room.parents:
            children.setdefault(parent, []).append(room.room_id)
    found: set[str] = set()
    waiting = [space]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def room_row(room: RoomSummary) -> RoomRow:
    """One room's line."""
    text, kind = _second_line(room)
    return RoomRow(
        key=room.room_id,
        header=False,
        section=room.section.value,
        name=room.name,
        room_id=room.room_id,
        color_id=room.direct_user or room.room_id,
        avatar_url=room.avatar_url or "",
        is_direct=room.kind is RoomKind.DIRECT,
        text=text,
        text_kind=kind,
        time=list_time_text(room.last_at_ms),
        unread=room.unread,
        mentions=room.mentions,
        marked_unread=room.marked_unread,
        muted=room.muted,
        invited=room.membership is Membership.INVITE,
        favourite=room.section is RoomSection.FAVOURITES,
        low_priority=room.section is RoomSection.LOW_PRIORITY,
    )


def is_unread(room: RoomSummary) -> bool:
    """Whether it wants to be looked at."""
    return room.unread > 0 or room.mentions > 0 or room.marked_unread or room.membership is Membership.INVITE


def totals(rooms: Iterable[RoomSummary]) -> tuple[int, int]:
    """Unread and mentions of these together; what is muted counts only by its mentions."""
    unread = mentions = 0
    for room in rooms:
        unread += 0 if room.muted else room.unread + (1 if room.marked_unread and not room.unread else 0)
        mentions += room.mentions
        if room.membership is Membership.INVITE:
            unread += 1
    return unread, mentions


def _second_line(room: RoomSummary) -> tuple[str, str]:
    if room.membership is Membership.INVITE:
        inviter = room.invite.inviter_name if room.invite else ""
        return (word("main.list.invited_by", inviter) if inviter else word("main.list.invited")), "invite"
    if room.typing:
        return (
            word("main.list.typing")
            if room.kind is RoomKind.DIRECT
            else word("main.list.someone_typing", room.typing[0])
        ), "typing"
    if room.draft:
        return word("main.list.draft"), "draft"
    if room.last_text and room.last_sender_name and room.kind is not RoomKind.DIRECT:
        return word("main.list.said", room.last_sender_name, room.last_text), ""
    return room.last_text or room.topic, ""


def _passes(room: RoomSummary, choice: ListChoice) -> bool:
    wanted = choice.words.casefold()
    if wanted and not any(
        wanted in text.casefold() for text in (room.name, room.canonical_alias or "", room.direct_user or "")
    ):
        return False
    match choice.filter:
        case RoomFilter.UNREAD:
            return is_unread(room)
        case RoomFilter.PEOPLE:
            return room.kind is RoomKind.DIRECT
        case RoomFilter.ROOMS:
            return room.kind is RoomKind.ROOM
        case RoomFilter.FAVOURITES:
            return room.section is RoomSection.FAVOURITES
    return True


def _order(section: RoomSection, choice: ListChoice) -> Callable[[RoomSummary], tuple[float, float, str]]:
    """Unread rooms first, then by activity; favourites and low priority where the user put them."""

    def order(room: RoomSummary) -> tuple[float, float, str]:
        urgency = 0.0
        if choice.unread_first:
            urgency = 0.0 if room.mentions else 1.0 if is_unread(room) and not room.muted else 2.0
        if section in (RoomSection.FAVOURITES, RoomSection.LOW_PRIORITY) and room.order is not None:
            return urgency, room.order - 2.0**53, room.room_id
        return urgency, -room.last_at_ms, room.room_id

    return order


def _heading(section: RoomSection, members: list[RoomSummary], collapsed: bool) -> RoomRow:
    unread, mentions = totals(members) if collapsed else (0, 0)
    return RoomRow(
        key=f"section:{section.value}",
        header=True,
        section=section.value,
        name=word(f"main.section.{section.value}"),
        collapsed=collapsed,
        unread=unread,
        mentions=mentions,
    )
