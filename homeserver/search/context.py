"""What searching works with, put together once at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from homeserver.rooms.context import RoomsContext
from homeserver.search.follower import Follower
from homeserver.search.index_messages import MessageIndex
from homeserver.search.index_people import PeopleIndex
from homeserver.storage import search_texts
from homeserver.storage.db import Database
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

SEARCHES_AT_ONCE: Final = 3
"""So that most of the worker's connections stay free for what is quick."""

NO_LANGUAGE: Final = "simple"


@dataclass(frozen=True, slots=True)
class SearchContext:
    """The dependencies of every verb in this package.

    `configuration` is PostgreSQL's name for the language whose word stems count. `messages` and `people` keep
    the indexes up to date, `index` being that of messages.
    """

    rooms: RoomsContext
    configuration: str
    index: MessageIndex
    messages: Follower
    people: Follower
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SEARCHES_AT_ONCE))


@asynccontextmanager
async def open_search(rooms: RoomsContext) -> AsyncIterator[SearchContext]:
    """Keep the indexes up to date for the length of the block."""
    configuration = await _configuration(rooms.db, rooms.settings.search.language)
    messages = MessageIndex(rooms.db, rooms.clock, configuration)
    people = PeopleIndex(rooms.db)
    ctx = SearchContext(
        rooms,
        configuration,
        messages,
        Follower("messages", rooms.db, rooms.shares, _has_events, messages.advance),
        Follower("people", rooms.db, rooms.shares, _concerns_people, people.advance),
    )
    if rooms.settings.search.enabled:
        ctx.messages.start(rooms.tailer)
    ctx.people.start(rooms.tailer)
    try:
        yield ctx
    finally:
        await ctx.messages.stop()
        await ctx.people.stop()


def _has_events(batch: Batch) -> bool:
    return bool(batch.entry.kinds & Stream.EVENTS)


def _concerns_people(batch: Batch) -> bool:
    """Tell whether names, memberships or the access to rooms may have changed: messages do none of that."""
    if batch.entry.kinds & (Stream.PROFILES | Stream.ROOM_META) or batch.entry.users:
        return True
    return _has_events(batch) and any(event.key_nid is not None for event in batch.events)


async def _configuration(db: Database, language: str) -> str:
    async with db.acquire() as conn:
        if await search_texts.select_is_configuration(conn, language):
            return language
    log.warning("search.unknown_language", language=language, used=NO_LANGUAGE)
    return NO_LANGUAGE
