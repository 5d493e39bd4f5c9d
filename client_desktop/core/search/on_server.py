"""Ask the server.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-search
"""

from __future__ import annotations

from dataclasses import dataclass

from client_desktop.core.api.paths import Query
from client_desktop.core.events import is_event
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_objects, as_optional_text, as_text
from client_desktop.core.timeline.ingest import Ingest
from client_desktop.core.timeline.timelines import Timelines

MAX_QUERY = 1000


@dataclass(frozen=True, slots=True)
class FoundThere:
    events: tuple[tuple[str, tuple[str, ...]], ...]
    """By room, in the server's order: ids of events, which the store has now."""
    token: str | None


class ServerSearch:
    """Asks for messages by their words, and stores what is found."""

    def __init__(self, timelines: Timelines) -> None:
        self._timelines = timelines

    async def find(
        self, query: str, room_id: str | None, sender: str | None, token: str | None
    ) -> FoundThere:
        """Give a page of what the server finds, the newest first.

        Raises: ClientError.
        """
        events_filter: JsonObject = {}
        if room_id is not None:
            events_filter["rooms"] = [room_id]
        if sender is not None:
            events_filter["senders"] = [sender]
        criteria = {
            "search_term": query[:MAX_QUERY],
            "keys": ["content.body"],
            "order_by": "recent",
            "filter": events_filter,
        }
        page: Query | None = None if token is None else {"next_batch": token}
        api = self._timelines.ctx.pages.api
        answer = await api.post(
            "/_matrix/client/v3/search", {"search_categories": {"room_events": criteria}}, page, retry=True
        )
        found = as_object(as_object(answer.get("search_categories")).get("room_events"))
        results = [as_object(result.get("result")) for result in as_objects(found.get("results"))]
        by_room: dict[str, list[JsonObject]] = {}
        for event in results:
            if is_event(event) and as_text(event.get("room_id")):
                by_room.setdefault(event["room_id"], []).append(event)
        for found_room, events in by_room.items():
            await self._store(found_room, events)
        return FoundThere(
            tuple((room, tuple(event["event_id"] for event in events)) for room, events in by_room.items()),
            as_optional_text(found.get("next_batch")),
        )

    async def _store(self, room_id: str, events: list[JsonObject]) -> None:
        ctx = self._timelines.ctx
        clear = await ctx.decryption.decrypt_events(room_id, events)
        with ctx.store.transaction() as db:
            Ingest(db, room_id, ctx.observers).take(clear)
