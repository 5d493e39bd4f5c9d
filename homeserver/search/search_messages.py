"""Search in what a user may read.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-search
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.errors import Forbidden, Unavailable
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.viewer import Viewer
from homeserver.search.context import SearchContext
from homeserver.search.event_texts import KEYS, TYPES, Kind
from homeserver.search.find_visible import Found, Hunt, find_visible
from homeserver.search.highlights import highlighted_words
from homeserver.search.searched_rooms import searched_rooms
from homeserver.search.text import Needle, grams_of_needles, needles_of, room_gram
from homeserver.search.tokens import GroupKey, SearchToken
from homeserver.storage import search_texts
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.search_texts import SearchTooCostly, TextQuery

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """What is searched for. `token` says where an earlier page ended."""

    term: str
    keys: frozenset[str]
    wanted: RoomEventFilter
    ranked: bool
    token: SearchToken | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A found event. The higher the rank the better."""

    event: StoredEvent
    rank: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of what was found, in order; `count` is of all pages, as far as was looked."""

    hits: Sequence[Hit]
    count: int
    highlights: Sequence[str]
    next_batch: SearchToken | None


NOTHING: Final = SearchPage((), 0, (), None)


async def search_messages(ctx: SearchContext, viewer: Viewer, asked: MessageSearch) -> SearchPage:
    """Return a page of the events that match and that the viewer may see.

    Raises: Forbidden where the server does not offer it; Unavailable where it takes too long.
    """
    if not ctx.rooms.settings.search.enabled:
        raise Forbidden("Messages cannot be searched on this server")
    needles = needles_of(asked.term)
    async with ctx.turns:
        query = await _query(ctx, viewer, asked, needles) if needles else None
        if query is None:
            return NOTHING
        limit = min(asked.wanted.limit or DEFAULT_LIMIT, MAX_LIMIT)
        before = (asked.token.weight, asked.token.event_nid) if asked.token else None
        try:
            found = await find_visible(ctx.rooms, viewer, Hunt(query, asked.ranked, before, limit))
        except SearchTooCostly as error:
            raise Unavailable("The search takes too long: ask for rarer words, or in fewer rooms") from error
        return await _page(ctx, asked, needles, query, found)


async def _query(
    ctx: SearchContext, viewer: Viewer, asked: MessageSearch, needles: Sequence[Needle]
) -> TextQuery | None:
    """Return the query for a search; None where it can find nothing."""
    rooms, wanted, token = ctx.rooms, asked.wanted, asked.token
    room_nids = [room.nid for room in await searched_rooms(rooms, viewer, wanted, _only(token, "room_id"))]
    kinds = _kinds(asked)
    senders = wanted.senders
    if (sender := _only(token, "sender")) is not None:
        senders = frozenset({sender}) & (senders if senders is not None else {sender})
    known = await rooms.names.known_users({*(senders or ()), *wanted.not_senders})  # type: ignore[arg-type]
    sender_nids = None if senders is None else [nid for user, nid in known.items() if user in senders]
    if not room_nids or not kinds or sender_nids == []:
        return None
    ignored = await rooms.ignored.of_user(viewer.user_nid)
    refused = {nid for user, nid in known.items() if user in wanted.not_senders}
    only_room = room_nids[0] if len(room_nids) == 1 else None
    term = " ".join(f'"{needle.words}"' for needle in needles)
    async with rooms.db.acquire() as conn:
        stems = await search_texts.select_stem_query(conn, ctx.configuration, term)
    grams = set(grams_of_needles(needles)) | ({room_gram(only_room)} if only_room is not None else set())
    return TextQuery(
        grams=sorted(grams),
        needles=[needle.folded for needle in needles],
        stems=stems,
        room_nids=room_nids,
        kinds=sorted(kinds),
        sender_nids=sender_nids,
        not_sender_nids=sorted(ignored | refused),
        has_url=wanted.contains_url,
    )


def _only(token: SearchToken | None, group: GroupKey) -> str | None:
    return token.value if token is not None and token.group == group else None


def _kinds(asked: MessageSearch) -> set[Kind]:
    allowed = {kind for type_, kind in TYPES.items() if asked.wanted.allows_type(type_)}
    return allowed & {KEYS[key] for key in asked.keys}


async def _page(
    ctx: SearchContext, asked: MessageSearch, needles: Sequence[Needle], query: TextQuery, found: Found
) -> SearchPage:
    seen = asked.token.seen if asked.token is not None else 0
    nids = [text.event.event_nid for text in found.texts]
    async with ctx.rooms.db.acquire() as conn:
        events = await select_events_by_nid(conn, nids)
        stemmed: set[str] = set()
        if query.stems and nids:
            stemmed = await search_texts.select_stemmed_words(conn, ctx.configuration, query.stems, nids)
    hits = [
        Hit(events[text.event.event_nid], text.rank / 1000)
        for text in found.texts
        if text.event.event_nid in events
    ]
    next_batch = None
    if found.end is not None:
        next_batch = SearchToken(asked.ranked, *found.end, seen + len(found.texts))
    highlights = highlighted_words(needles, [hit.event for hit in hits], stemmed)
    return SearchPage(hits, seen + found.count, highlights, next_batch)
