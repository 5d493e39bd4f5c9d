"""Building a transaction: what is new for an application service, up to a bounded size, in order.

Spec: https://spec.matrix.org/v1.19/application-service-api/#pushing-events
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from homeserver.appservices.ephemeral import presence_events, receipt_events, typing_events
from homeserver.appservices.interest import Interest
from homeserver.appservices.news import News
from homeserver.appservices.registration import Registration
from homeserver.appservices.render import render_events, render_invites
from homeserver.ephemeral.context import EphemeralContext
from homeserver.json_types import JsonObject
from homeserver.storage import appservice_news, device_lists
from homeserver.storage.appservice_news import DeviceMessage, PlacedReceipt, Span
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent

MAX_EVENTS: Final = 100
MAX_EVENT_BYTES: Final = 2 * 1024 * 1024
MAX_RECEIPTS: Final = 500
MAX_TO_DEVICE: Final = 100
MAX_USERS_WITH_KEYS: Final = 500


@dataclass(frozen=True, slots=True)
class Built:
    """A transaction that tells everything after the cursor up to `upto`; no `body`: there is nothing to tell.

    `devices` are those whose to-device messages are in it. `left` says where to look again after it.
    """

    upto: int
    body: bytes | None
    devices: Sequence[int]
    left: News


@dataclass(slots=True)
class Found:
    """What was read for a transaction; `upto` shrinks to where the first limit was reached."""

    upto: int
    is_part: bool = False
    messages: Sequence[DeviceMessage] = ()
    receipts: Sequence[PlacedReceipt] = ()
    events: Sequence[StoredEvent] = ()
    invites: Sequence[tuple[int, int, int]] = ()
    changed: Collection[str] = ()
    left: Collection[str] = ()
    key_counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    fallback_types: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def stop_at(self, position: int) -> None:
        """Leave what comes after a position for the next transaction."""
        self.upto, self.is_part = position, True


class TransactionBuilder:
    """Builds the transactions of one application service."""

    def __init__(
        self, ephemeral: EphemeralContext, interest: Interest, registration: Registration, nid: int
    ) -> None:
        self._ephemeral = ephemeral
        self._rooms = ephemeral.rooms
        self._interest = interest
        self._registration = registration
        self._nid = nid

    async def build(self, cursor: int, upto: int, news: News) -> Built:
        """Read what is new after `cursor` up to `upto`, where `news` says."""
        span = await self._span(cursor, upto, news)
        async with self._rooms.db.acquire() as conn:
            found = await self._read(conn, span, news)
            company = await self._company(conn, news)
        body = await self._render(found, news, company)
        left = News()
        if found.is_part:
            left = replace(news, key_counts_of=set(), typing_in=set(), presence_of=set())
        devices = sorted({message.device_nid for message in found.messages})
        return Built(found.upto, orjson.dumps(body) if body else None, devices, left)

    async def _span(self, cursor: int, upto: int, news: News) -> Span:
        if not news.everything:
            whole = await self._interest.whole_rooms(self._nid, news.rooms) if news.rooms else set()
            return Span(self._nid, cursor, upto, sorted(news.rooms), sorted(whole))
        whole = await self._interest.whole_rooms(self._nid, None)
        async with self._rooms.db.acquire() as conn:
            moved = await appservice_news.select_moved_rooms(conn, self._nid, cursor)
        return Span(self._nid, cursor, upto, sorted(moved), sorted(whole))

    async def _read(self, conn: Connection, span: Span, news: News) -> Found:
        """Read the parts one after the other, each up to where the one before had to stop."""
        found = Found(span.upto)
        encrypted = self._registration.encrypted
        if encrypted and (news.everything or news.to_device_of):
            await self._read_messages(conn, found, None if news.everything else news.to_device_of)
        if self._registration.receives_ephemeral and (span.rooms or span.whole_rooms):
            await self._read_receipts(conn, replace(span, upto=found.upto), found)
        await self._read_events(conn, replace(span, upto=found.upto), found)
        found.messages = [message for message in found.messages if message.position <= found.upto]
        found.receipts = [placed for placed in found.receipts if placed.position <= found.upto]
        final = replace(span, upto=found.upto)
        found.invites = await appservice_news.select_out_of_band_targets(conn, final, MAX_EVENTS)
        if encrypted:
            await self._read_device_lists(conn, final, news, found)
            await self._read_keys_left(conn, news, found)
        return found

    async def _read_messages(self, conn: Connection, found: Found, users: Collection[int] | None) -> None:
        found.messages = await appservice_news.select_to_device(
            conn, self._nid, users, found.upto, MAX_TO_DEVICE
        )
        if len(found.messages) >= MAX_TO_DEVICE:
            found.stop_at(found.messages[-1].position)

    async def _read_receipts(self, conn: Connection, span: Span, found: Found) -> None:
        found.receipts = await appservice_news.select_receipts(conn, span, MAX_RECEIPTS)
        if len(found.receipts) >= MAX_RECEIPTS:
            found.stop_at(found.receipts[-1].position)

    async def _read_events(self, conn: Connection, span: Span, found: Found) -> None:
        read = await appservice_news.select_news(conn, span, MAX_EVENTS)
        kept: list[StoredEvent] = []
        size = 0
        for event in read:
            size += len(event.json)
            if kept and size > MAX_EVENT_BYTES:
                break
            kept.append(event)
        if len(kept) < len(read) or len(read) >= MAX_EVENTS:
            found.stop_at(kept[-1].position or found.upto)
        found.events = kept

    async def _read_device_lists(self, conn: Connection, span: Span, news: News, found: Found) -> None:
        if news.everything or news.device_lists:
            found.changed = await appservice_news.select_changed_devices(
                conn, self._nid, span.since, span.upto
            )
        if span.rooms and (news.everything or any(event.type == "m.room.member" for event in found.events)):
            moves = await device_lists.select_member_changes(conn, span.rooms, span.since, span.upto)
            gone = {move.user_nid for move in moves if move.went}
            if gone:
                gone -= await appservice_news.select_company(conn, self._nid, gone)
                found.left = sorted((await self._rooms.names.user_ids(gone)).values())

    async def _read_keys_left(self, conn: Connection, news: News, found: Found) -> None:
        users: Collection[int] = news.key_counts_of
        if news.everything:
            users = await appservice_news.select_users_with_keys(conn, self._nid, MAX_USERS_WITH_KEYS)
        for keys in await appservice_news.select_keys_left(conn, users) if users else ():
            counts = {"signed_curve25519": 0, **keys.one_time_keys}
            found.key_counts.setdefault(keys.user_id, {})[keys.device_id] = counts
            found.fallback_types.setdefault(keys.user_id, {})[keys.device_id] = keys.unused_fallback_keys

    async def _company(self, conn: Connection, news: News) -> Collection[int]:
        """Return those whose presence changed, as far as it is the application service's business."""
        if not self._registration.receives_ephemeral or not news.presence_of:
            return ()
        return await appservice_news.select_company(conn, self._nid, news.presence_of)

    async def _render(self, found: Found, news: News, company: Collection[int]) -> JsonObject:
        """Return the body; an empty one where there is nothing to tell."""
        invites = await render_invites(self._rooms, found.invites)
        body: JsonObject = {"events": [*invites, *await render_events(self._rooms, found.events)]}
        if self._registration.receives_ephemeral:
            ephemeral = [
                *await receipt_events(self._rooms, found.receipts),
                *await typing_events(self._ephemeral, news.typing_in),
                *await presence_events(self._ephemeral, company),
            ]
            if ephemeral:
                # COMPAT: bridges from before v1.13 know the second name only.
                body |= {"ephemeral": ephemeral, "de.sorunome.msc2409.ephemeral": ephemeral}
        body |= _encryption(found)
        return body if len(body) > 1 or body["events"] else {}


def _encryption(found: Found) -> JsonObject:
    """Render what MSC3202 and MSC4203 add, by the names that bridges read."""
    body: dict[str, Any] = {}
    if found.messages:
        body["de.sorunome.msc2409.to_device"] = [
            {
                **orjson.loads(message.json),
                "to_user_id": message.user_id,
                "to_device_id": message.device_id,
            }
            for message in found.messages
        ]
    if found.changed or found.left:
        lists = {"changed": list(found.changed), "left": list(found.left)}
        body["org.matrix.msc3202.device_lists"] = lists
    if found.key_counts:
        body["org.matrix.msc3202.device_one_time_keys_count"] = found.key_counts
        body["org.matrix.msc3202.device_unused_fallback_key_types"] = found.fallback_types
    return body
