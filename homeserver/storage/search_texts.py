"""The searchable texts of events: writing them, and reading what was found.

Nothing that is found here may be shown yet: whether the viewer may see it is decided by its event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

SEARCHED_TYPES: Final = ("m.room.message", "m.room.name", "m.room.topic")

SELECT_NEXT_EVENT_NIDS = """
SELECT max(n.event_nid) FROM (
    SELECT event_nid FROM events WHERE event_nid > $1 AND event_nid <= $2 ORDER BY event_nid LIMIT $3) AS n
"""
SELECT_LAST_EVENT_NID = "SELECT coalesce(max(event_nid), 0) FROM events"
SELECT_TOUCHED = """
SELECT e.event_nid, e.type, r.parent_id,
       CASE WHEN e.type = 'm.room.redaction' THEN e.json END AS redaction
FROM events e
LEFT JOIN relations r ON r.event_nid = e.event_nid AND r.rel_type = 'm.replace'
WHERE e.event_nid > $1 AND e.event_nid <= $2
AND e.type IN ('m.room.message', 'm.room.name', 'm.room.topic', 'm.room.redaction')
AND NOT EXISTS (SELECT FROM search_texts s WHERE s.event_nid = e.event_nid)
"""
SELECT_TOUCHED_BY_ID = """
SELECT e.event_nid, coalesce(p.event_nid, e.event_nid) AS base_nid
FROM events e
LEFT JOIN relations r ON r.event_nid = e.event_nid AND r.rel_type = 'm.replace'
LEFT JOIN events p ON p.event_id = r.parent_id AND p.room_nid = e.room_nid
WHERE e.event_id = ANY ($1::text[])
"""
UPSERT_TEXTS = """
INSERT INTO search_texts AS s (event_nid, shown_nid, room_nid, sender_nid, sent_ms, kind, has_url, words,
                               grams, stems)
SELECT e.event_nid, $2, $3, $4, $5, $6, $7, $8, $9::text::integer[],
       to_tsvector($10::text::regconfig, $8) || array_to_tsvector(ARRAY['r' || $3::bigint])
FROM events e WHERE e.event_nid = $1
ON CONFLICT (event_nid) DO UPDATE
SET shown_nid = excluded.shown_nid, kind = excluded.kind, has_url = excluded.has_url, words = excluded.words,
    grams = excluded.grams, stems = excluded.stems
WHERE s.words <> excluded.words OR s.shown_nid <> excluded.shown_nid
"""
DELETE_TEXTS = "DELETE FROM search_texts WHERE event_nid = ANY ($1::bigint[])"
SELECT_STEM_QUERY = "SELECT websearch_to_tsquery($1::text::regconfig, $2)"
SELECT_CONFIGURATION = "SELECT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = $1)"
# A plan for anything that might be asked would be one for nothing: how often a word occurs decides.
SELECT_SEARCH_SETTINGS = """
SELECT set_config('statement_timeout', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)
"""

# What a viewer is shown of a found event is loaded for the few that are: the bodies are left out here.
_FOUND = f"""
SELECT {EVENT_COLUMNS.removesuffix("e.json")} ''::bytea AS json, s.shown_nid, s.sent_ms,
       search_rank(s.words, $2, s.stems, $3::text::tsquery) AS rank
FROM search_texts s
JOIN events e ON e.event_nid = s.event_nid AND e.status = 0 AND e.redacted_by IS NULL
WHERE ((s.grams @> $1::integer[]
        AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS n(needle) WHERE strpos(s.words, n.needle) = 0))
       OR s.stems @@ CASE WHEN $9::text = '' THEN $3::text::tsquery
                          ELSE $3::text::tsquery && $9::text::tsquery END)
AND s.room_nid = ANY ($4::bigint[]) AND s.kind = ANY ($5::smallint[])
AND ($6::bigint[] IS NULL OR s.sender_nid = ANY ($6)) AND s.sender_nid <> ALL ($7::bigint[])
AND ($8::boolean IS NULL OR s.has_url = $8)
"""
SELECT_RECENT_TEXTS = f"""{_FOUND.lstrip()}
AND ($10::bigint IS NULL OR (s.sent_ms, s.event_nid) < ($10, $11))
ORDER BY s.sent_ms DESC, s.event_nid DESC LIMIT $12
"""
SELECT_RANKED_TEXTS = f"""
SELECT f.* FROM ({_FOUND}) AS f
WHERE ($10::bigint IS NULL OR (f.rank, f.event_nid) < ($10, $11))
ORDER BY f.rank DESC, f.event_nid DESC LIMIT $12
"""
SELECT_HEADLINES = """
SELECT ts_headline($1::text::regconfig, s.words, $2::text::tsquery,
                   'StartSel=<, StopSel=>, HighlightAll=true')
FROM search_texts s WHERE s.event_nid = ANY ($3::bigint[])
"""


class SearchTooCostly(Exception):
    """The database did not answer within the time that a search may take."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A new event that changes what can be found.

    `parent_id` is what it replaces, `redaction` its bytes where it is a redaction.
    """

    event_nid: int
    type: str
    parent_id: str | None
    redaction: bytes | None


@dataclass(frozen=True, slots=True)
class SearchText:
    """What of an event can be found. See the table's comments."""

    event: StoredEvent
    shown_nid: int
    sent_ms: int
    kind: int
    has_url: bool
    words: str
    grams: Sequence[int]


@dataclass(frozen=True, slots=True)
class TextQuery:
    """What is looked for, and where. None lets everything through.

    `needles` are folded; `stems` is a tsquery in its text form.
    """

    grams: Sequence[int]
    needles: Sequence[str]
    stems: str
    room_nids: Sequence[int]
    kinds: Sequence[int]
    sender_nids: Sequence[int] | None
    not_sender_nids: Sequence[int]
    has_url: bool | None


@dataclass(frozen=True, slots=True)
class FoundText:
    """An event whose text matches, without its body; `shown_nid` is the event that the text is from."""

    event: StoredEvent
    shown_nid: int
    sent_ms: int
    rank: int


async def select_last_event_nid(conn: Connection) -> int:
    """Return the number of the newest event that is committed."""
    last: int = await conn.fetchval(SELECT_LAST_EVENT_NID)
    return last


async def select_span_end(conn: Connection, after: int, upto: int, limit: int) -> int | None:
    """Return the number with which the next `limit` events end; None where there are no more up to `upto`."""
    end: int | None = await conn.fetchval(SELECT_NEXT_EVENT_NIDS, after, upto, limit)
    return end


async def select_touched(conn: Connection, after: int, upto: int) -> list[Touched]:
    """Return what changes the index in a span of event numbers, but for what has its text already."""
    return [Touched(*row) for row in await conn.fetch(SELECT_TOUCHED, after, upto)]


async def select_bases(conn: Connection, event_ids: Sequence[str]) -> set[int]:
    """Return the numbers of events, and for those that replace another one its number too."""
    rows = await conn.fetch(SELECT_TOUCHED_BY_ID, event_ids)
    return {row["base_nid"] for row in rows} | {row["event_nid"] for row in rows}


async def upsert_texts(conn: Connection, texts: Sequence[SearchText], configuration: str) -> None:
    """Make events findable by these texts alone. Those that were purged meanwhile are left out."""
    await conn.executemany(
        UPSERT_TEXTS,
        [
            (
                t.event.event_nid, t.shown_nid, t.event.room_nid, t.event.sender_nid, t.sent_ms, t.kind,
                t.has_url, t.words, _array(t.grams), configuration,
            )
            for t in texts
        ],
    )  # fmt: skip


async def delete_texts(conn: Connection, event_nids: Sequence[int]) -> None:
    """Let events no longer be found. Those whose rows in `events` are deleted need not be named."""
    await conn.execute(DELETE_TEXTS, event_nids)


async def select_is_configuration(conn: Connection, name: str) -> bool:
    """Tell whether PostgreSQL has a text search configuration of this name."""
    known: bool = await conn.fetchval(SELECT_CONFIGURATION, name)
    return known


async def select_stem_query(conn: Connection, configuration: str, term: str) -> str:
    """Return the tsquery for a term, in its text form; empty where it has stop words alone."""
    query: str = await conn.fetchval(SELECT_STEM_QUERY, configuration, term)
    return query


async def select_found(
    conn: Connection,
    query: TextQuery,
    *,
    ranked: bool,
    before: tuple[int, int] | None,
    limit: int,
    timeout_ms: int,
) -> list[FoundText]:
    """Return matching events, the best or the newest first; needs a transaction.

    `before` is the (rank, event number) or (time, event number) that they come after.

    Raises: SearchTooCostly.
    """
    statement = SELECT_RANKED_TEXTS if ranked else SELECT_RECENT_TEXTS
    await conn.execute(SELECT_SEARCH_SETTINGS, str(timeout_ms))
    try:
        rows = await conn.fetch(
            statement, query.grams, query.needles, query.stems, query.room_nids, query.kinds,
            query.sender_nids, query.not_sender_nids, query.has_url, _only_room(query),
            *(before or (None, None)), limit,
        )  # fmt: skip
    except asyncpg.QueryCanceledError as error:
        raise SearchTooCostly from error
    return [FoundText(event_from_row(r), r["shown_nid"], r["sent_ms"], r["rank"]) for r in rows]


async def select_stemmed_words(
    conn: Connection, configuration: str, stems: str, event_nids: Sequence[int]
) -> set[str]:
    """Return the words of these events that the stems are found in."""
    found: set[str] = set()
    for row in await conn.fetch(SELECT_HEADLINES, configuration, stems, event_nids):
        found.update(word[1:-1] for word in row[0].split() if word.startswith("<") and word.endswith(">"))
    return found


def _array(numbers: Sequence[int]) -> str:
    # As text, since asyncpg looks at every element of an array.
    return f"{{{','.join(map(str, numbers))}}}"


def _only_room(query: TextQuery) -> str:
    """Return the lexeme of the only room that is searched, so that the index leaves out all others."""
    return f"'r{query.room_nids[0]}'" if query.stems and len(query.room_nids) == 1 else ""
