"""Make messages findable, in the order in which they were stored, after they were committed.

Events are numbered before they are committed, and history is not stored under the positions lock. So each
span of numbers is gone through twice: at once, and again when whatever was under way at that time has ended.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from typing import Final

from federation.protocol.ids import EventId
from homeserver.clock import Clock
from homeserver.json_types import JsonObject
from homeserver.rooms.visibility import END
from homeserver.search.event_texts import TYPES, replaces_another, text_of
from homeserver.search.follower import Progress
from homeserver.search.read_event import read_event
from homeserver.search.text import grams_of_words, indexed_words, room_gram
from homeserver.storage import relations, search_texts
from homeserver.storage.db import Connection, Database
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.relations import Parent
from homeserver.storage.search_texts import SearchText, Touched

BATCH: Final = 100
BATCHES_PER_ROUND: Final = 50
SETTLE_AFTER_S: Final = 90.0
"""Longer than any transaction lasts that stores events."""

REST: Final = 1.0
"""Where much is to be done, what a batch took is rested afterwards, times this: others go first."""

YIELD_EVERY: Final = 10
"""So many texts are split before others may go on."""


class MessageIndex:
    """Follows the events by their numbers; `behind` says by how many of these it lags."""

    def __init__(self, db: Database, clock: Clock, configuration: str) -> None:
        self._db = db
        self._clock = clock
        self._configuration = configuration
        self._head = self._settling = -1
        self._settle_at = 0.0
        self.behind = 0

    async def advance(self, settled: int) -> Progress:
        """Index what is new, or the first of it. Before the cursor nothing can be missing any more."""
        if self._head < settled:
            self._head = self._settling = settled
        async with self._db.acquire() as conn:
            last = await search_texts.select_last_event_nid(conn)
        self._head = await self._index_span(self._head, last)
        self.behind = max(0, last - self._head)
        now = self._clock.monotonic()
        is_due = now >= self._settle_at
        if is_due:
            settled = await self._index_span(settled, self._settling)
            if settled == self._settling:
                self._settling, self._settle_at, is_due = self._head, now + SETTLE_AFTER_S, False
        return Progress(settled, more=is_due or self._head < last)

    async def _index_span(self, after: int, upto: int) -> int:
        """Index a span of event numbers, or the first of it; return how far that came."""
        for _ in range(BATCHES_PER_ROUND):
            started = time.monotonic()
            async with self._db.acquire() as conn:
                end = await search_texts.select_span_end(conn, after, upto, BATCH)
                if end is None:
                    return upto
                texts, gone = await self._read(conn, await search_texts.select_touched(conn, after, end))
            if texts or gone:
                async with self._db.transaction() as conn:
                    await search_texts.upsert_texts(conn, texts, self._configuration)
                    await search_texts.delete_texts(conn, gone)
            after = end
            if end < upto:
                await asyncio.sleep((time.monotonic() - started) * REST)
        return after

    async def _read(self, conn: Connection, touched: Sequence[Touched]) -> tuple[list[SearchText], list[int]]:
        """Return what the events say now that were touched, and those among them that say nothing."""
        wanted = {t.event_nid for t in touched if t.parent_id is None and t.redaction is None}
        others = [t.parent_id or _redacted_by(t.redaction) for t in touched if t.event_nid not in wanted]
        named = [event_id for event_id in others if event_id]
        if named:
            wanted |= await search_texts.select_bases(conn, named)
        if not wanted:
            return [], []
        events = await select_events_by_nid(conn, sorted(wanted))
        edits = await _newest_edits(conn, events.values())
        now_ms = self._clock.now_ms()
        texts: list[SearchText] = []
        for number, (event_nid, event) in enumerate(sorted(events.items())):
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            text = search_text(event, edits.get(event_nid), now_ms)
            if text is not None:
                texts.append(text)
        return texts, sorted(wanted - {text.event.event_nid for text in texts})


def search_text(event: StoredEvent, edit: StoredEvent | None, now_ms: int) -> SearchText | None:
    """Return what of an event can be found, as its newest edit has it; None where that is nothing."""
    kind = TYPES.get(event.type)
    if kind is None or event.redacted_by is not None:
        return None
    content = read_event(event.json)["content"]
    if replaces_another(content):
        return None
    words = indexed_words(text_of(event.type, content if edit is None else _new_content(edit)))
    if not words:
        return None
    return SearchText(
        event=event,
        shown_nid=event.event_nid if edit is None else edit.event_nid,
        sent_ms=min(event.origin_server_ts, now_ms),
        kind=int(kind),
        has_url="url" in content,
        words=words,
        grams=sorted({*grams_of_words(words), room_gram(event.room_nid)}),
    )


async def _newest_edits(conn: Connection, events: Collection[StoredEvent]) -> dict[int, StoredEvent]:
    parents = [Parent(e.event_nid, e.event_id, END) for e in events if e.key_nid is None]
    return await relations.select_edits(conn, parents) if parents else {}


def _new_content(edit: StoredEvent) -> JsonObject:
    content = read_event(edit.json)["content"].get("m.new_content")
    return content if isinstance(content, dict) else {}


def _redacted_by(redaction: bytes | None) -> EventId | None:
    if redaction is None:
        return None
    pdu = read_event(redaction)
    target = pdu["content"].get("redacts", pdu.get("redacts"))
    return EventId(target) if isinstance(target, str) and "\x00" not in target else None
