"""What the server is asked for: pages of a timeline, surroundings of an event, threads, single events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from client_desktop.core.api import Api, path
from client_desktop.core.api.paths import QueryValue
from client_desktop.core.errors import BadAnswer, MatrixError
from client_desktop.core.events import ClearEvent, is_event, is_state_event
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object, as_objects, as_optional_text, as_text
from client_desktop.core.timeline.ports import Decryption

MAX_PAGE = 250
LAZY = orjson.dumps({"lazy_load_members": True}).decode()


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of events as it came, and where to go on."""

    events: Sequence[ClearEvent]
    end: str | None
    """None where nothing follows."""
    state: tuple[JsonObject, ...] = ()
    """Memberships of senders, as they were then."""


@dataclass(frozen=True, slots=True)
class Surrounding:
    """An event with what is before and after it."""

    event: ClearEvent
    before: Sequence[ClearEvent]
    """Newest first."""
    after: Sequence[ClearEvent]
    """Oldest first."""
    start: str | None
    end: str | None
    state: tuple[JsonObject, ...]


class Pages:
    """Asks one account's server. Everything answered is decrypted where it can be."""

    def __init__(self, api: Api, decryption: Decryption) -> None:
        self.api = api
        self._decryption = decryption

    async def messages(self, room_id: str, token: str, limit: int, *, forward: bool = False) -> Page:
        """Ask for events before a token, newest first; or after it, oldest first.

        Raises: ClientError. MatrixError where the server does not know the token any more.
        """
        answer = await self._get(
            path("/_matrix/client/v3/rooms/{}/messages", room_id),
            {
                "dir": "f" if forward else "b",
                "from": token or None,
                "limit": min(limit, MAX_PAGE),
                "filter": LAZY,
            },
        )
        end = as_optional_text(answer.get("end"))
        if end == token:
            end = None  # a server that goes on at the same place has nothing more
        return Page(
            await self._decrypt(room_id, answer.get("chunk")),
            end,
            tuple(filter(is_state_event, as_objects(answer.get("state")))),
        )

    async def context(self, room_id: str, event_id: str, limit: int) -> Surrounding:
        """Ask for an event and up to `limit` events around it.

        Raises: ClientError. MatrixError where the event is unknown or not to be seen.
        """
        answer = await self._get(
            path("/_matrix/client/v3/rooms/{}/context/{}", room_id, event_id),
            {"limit": limit, "filter": LAZY},
        )
        event = as_object(answer.get("event"))
        if not is_event(event) or event["event_id"] != event_id:
            raise BadAnswer("the context of another event")
        (clear,) = await self._decrypt(room_id, [event])
        return Surrounding(
            clear,
            await self._decrypt(room_id, answer.get("events_before")),
            await self._decrypt(room_id, answer.get("events_after")),
            as_optional_text(answer.get("start")),
            as_optional_text(answer.get("end")),
            tuple(filter(is_state_event, as_objects(answer.get("state")))),
        )

    async def event(self, room_id: str, event_id: str) -> ClearEvent:
        """Ask for one event.

        Raises: ClientError.
        """
        answer = await self._get(path("/_matrix/client/v3/rooms/{}/event/{}", room_id, event_id))
        if not is_event(answer) or answer["event_id"] != event_id:
            raise BadAnswer("another event than the one asked for")
        return (await self._decrypt(room_id, [answer]))[0]

    async def relations(self, room_id: str, event_id: str, token: str | None, limit: int) -> Page:
        """Ask for what relates to an event, directly or through others, newest first.

        Raises: ClientError.
        """
        answer = await self._get(
            path("/_matrix/client/v1/rooms/{}/relations/{}", room_id, event_id),
            {"dir": "b", "from": token or None, "limit": min(limit, MAX_PAGE), "recurse": True},
        )
        return Page(
            await self._decrypt(room_id, answer.get("chunk")), as_optional_text(answer.get("next_batch"))
        )

    async def threads(self, room_id: str, token: str | None, *, mine: bool, limit: int = 30) -> Page:
        """Ask for the roots of a room's threads, the one that was written in last first.

        Raises: ClientError.
        """
        answer = await self._get(
            path("/_matrix/client/v1/rooms/{}/threads", room_id),
            {"include": "participated" if mine else "all", "from": token or None, "limit": limit},
        )
        return Page(
            await self._decrypt(room_id, answer.get("chunk")), as_optional_text(answer.get("next_batch"))
        )

    async def event_at(self, room_id: str, at_ms: int, *, forward: bool = True) -> tuple[str, int]:
        """Ask for the event nearest to a moment, at or after it (or before): its id and time.

        Raises: ClientError. MatrixError (404) where there is none.
        """
        answer = await self._get(
            path("/_matrix/client/v1/rooms/{}/timestamp_to_event", room_id),
            {"ts": at_ms, "dir": "f" if forward else "b"},
        )
        event_id = as_text(answer.get("event_id"))
        if not event_id:
            raise BadAnswer("no event id")
        return event_id, as_int(answer.get("origin_server_ts"))

    async def _get(self, where: str, query: dict[str, QueryValue] | None = None) -> JsonObject:
        """Ask once; again only where the server wants patience: without a network people wait for nothing."""
        try:
            return await self.api.get(where, query)
        except MatrixError as error:
            if error.status != 429 and error.status < 500:
                raise
        return await self.api.get(where, query, retry=True)

    async def _decrypt(self, room_id: str, events: object) -> Sequence[ClearEvent]:
        """Decrypt what has the shape of an event; the rest is left out."""
        proper: list[ReadonlyJsonObject] = [event for event in as_objects(events) if is_event(event)]
        return await self._decryption.decrypt_events(room_id, proper) if proper else ()
