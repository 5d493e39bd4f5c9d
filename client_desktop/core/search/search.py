"""Find messages.

The store is looked through at once: everything that this device has read, encrypted rooms included. The
server is asked for more where it can know more: rooms that are not encrypted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.search.folding import fold_with_places, parse_words
from client_desktop.core.search.index import SearchIndex
from client_desktop.core.search.on_server import ServerSearch
from client_desktop.core.store import fragments, search_index
from client_desktop.core.store.search_index import FoundRow, TextQuery
from client_desktop.core.timeline.timelines import Timelines
from client_desktop.core.values import TimelineItem

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
EXCERPT: Final = 240
"""How much of a long message is shown."""
BEFORE: Final = 60


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What else has to hold of what is found; None: anything."""

    room_id: str | None = None
    sender: str | None = None
    after_ms: int | None = None
    before_ms: int | None = None
    kind: str | None = None
    """text, image, video, audio or file."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found."""

    room_id: str
    event_id: str
    sender: str
    sender_name: str
    sender_avatar: str | None
    at_ms: int
    text: str
    """Plain: the message, or the part of it around what was found."""
    html: str
    """The same, escaped, with what was found in <b>."""
    item: TimelineItem


@dataclass(frozen=True, slots=True)
class SearchPage:
    hits: tuple[SearchHit, ...]
    next: str | None
    """For the next page; None after the last."""


class Search:
    """Looks through the messages of one account."""

    def __init__(self, timelines: Timelines) -> None:
        self._timelines = timelines
        self._server = ServerSearch(timelines)
        timelines.ctx.observers.append(SearchIndex())

    def find(
        self,
        query: str,
        *,
        room_id: str | None = None,
        filter: SearchFilter | None = None,  # noqa: A002 - the word of the trade
        limit: int = DEFAULT_LIMIT,
    ) -> tuple[SearchHit, ...]:
        """Give what the store has, the newest first.

        All words have to be there; those "in quotes" as they stand.
        """
        wanted = filter or SearchFilter()
        if room_id is not None:
            wanted = replace(wanted, room_id=room_id)
        return self.find_page(query, wanted, limit=limit).hits

    def find_page(
        self, query: str, wanted: SearchFilter, *, token: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> SearchPage:
        """Give a page of what the store has; `token`: of the page before."""
        words = parse_words(query)
        if not words:
            return SearchPage((), None)
        text_query = TextQuery(
            words,
            wanted.room_id,
            wanted.sender,
            wanted.after_ms,
            wanted.before_ms,
            wanted.kind,
            _last(token),
        )
        limit = min(limit, MAX_LIMIT)
        rows = search_index.select_found(self._timelines.ctx.store.db, text_query, limit)
        after = f"{rows[-1].at_ms}.{rows[-1].nid}" if len(rows) == limit else None
        return SearchPage(self._hits(rows, words), after)

    async def find_on_server(
        self, query: str, wanted: SearchFilter, *, token: str | None = None
    ) -> SearchPage:
        """Give a page of what the server has, in rooms that are not encrypted.

        It is empty while the server is out of reach.

        Raises: ClientError, for all but the network.
        """
        words = parse_words(query)
        if not words:
            return SearchPage((), None)
        try:
            found = await self._server.find(query, wanted.room_id, wanted.sender, token)
        except NetworkUnavailable:
            return SearchPage((), None)
        hits = [
            hit for room_id, event_ids in found.events for hit in self._of_room(room_id, event_ids, words)
        ]
        return SearchPage(tuple(hit for hit in hits if _fits(hit, wanted)), found.token)

    def context(self, room_id: str, event_id: str, rows: int = 3) -> tuple[TimelineItem, ...]:
        """Show a message with up to `rows` before and after it, as far as the store has them."""
        ctx = self._timelines.ctx
        event_ids = fragments.select_around(ctx.store.db, room_id, event_id, rows)
        return tuple(self._timelines.items(room_id, event_ids or [event_id]))

    def _hits(self, rows: Sequence[FoundRow], words: tuple[str, ...]) -> tuple[SearchHit, ...]:
        by_room: dict[str, list[str]] = {}
        for row in rows:
            by_room.setdefault(row.room_id, []).append(row.event_id)
        found = {
            (hit.room_id, hit.event_id): hit
            for room_id, event_ids in by_room.items()
            for hit in self._of_room(room_id, event_ids, words)
        }
        return tuple(found[key] for row in rows if (key := (row.room_id, row.event_id)) in found)

    def _of_room(self, room_id: str, event_ids: Sequence[str], words: tuple[str, ...]) -> list[SearchHit]:
        items = self._timelines.items(room_id, event_ids)
        return [_hit(room_id, item.event_id, item, words) for item in items if item.event_id]


def _hit(room_id: str, event_id: str, item: TimelineItem, words: tuple[str, ...]) -> SearchHit:
    text = " ".join(_text(item).split())
    shown, marks = excerpt(text, words)
    return SearchHit(
        room_id,
        event_id,
        item.sender,
        item.sender_name,
        item.sender_avatar,
        item.at_ms,
        shown,
        _marked(shown, marks),
        item,
    )


def _text(item: TimelineItem) -> str:
    parts = [item.body]
    if item.poll is not None:
        parts += [answer.text for answer in item.poll.answers]
    if item.media is not None and item.media.name not in parts:
        parts.append(item.media.name)
    return " ".join(part for part in parts if part)


def excerpt(text: str, words: tuple[str, ...]) -> tuple[str, list[tuple[int, int]]]:
    """Give the part of a text around the first thing that was found, and where in it the words are."""
    folded, places = fold_with_places(text)
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    start = max(0, (places[first] if places else 0) - BEFORE) if len(text) > EXCERPT else 0
    shown = text[start : start + EXCERPT]
    marks = sorted(
        (places[at] - start, places[end - 1] + 1 - start)
        for word in words
        for at, end in _occurrences(folded, word)
        if start <= places[at] and places[end - 1] < start + len(shown)
    )
    if start:
        shown, marks = f"…{shown}", [(begin + 1, end + 1) for begin, end in marks]
    return (f"{shown}…" if start + EXCERPT < len(text) else shown), marks


def _occurrences(folded: str, word: str) -> list[tuple[int, int]]:
    found = []
    at = folded.find(word)
    while at >= 0:
        found.append((at, at + len(word)))
        at = folded.find(word, at + len(word))
    return found


def _marked(text: str, marks: list[tuple[int, int]]) -> str:
    """Write text as HTML with marks in <b>; marks that overlap are one."""
    parts: list[str] = []
    done = 0
    for begin, end in marks:
        start = max(begin, done)
        if start < end:
            parts += [escape(text[done:start]), "<b>", escape(text[start:end]), "</b>"]
            done = end
    return "".join([*parts, escape(text[done:])])


def _fits(hit: SearchHit, wanted: SearchFilter) -> bool:
    """Tell whether a hit of the server, which knows fewer filters, is wanted."""
    late_enough = wanted.after_ms is None or hit.at_ms >= wanted.after_ms
    early_enough = wanted.before_ms is None or hit.at_ms < wanted.before_ms
    return late_enough and early_enough and (wanted.kind is None or hit.item.kind == wanted.kind)


def _last(token: str | None) -> tuple[int, int] | None:
    at_ms, _, nid = (token or "").partition(".")
    return (int(at_ms), int(nid)) if at_ms.isdigit() and nid.isdigit() else None
