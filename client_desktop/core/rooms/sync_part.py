"""What rooms do when a batch is applied: write, make summaries, tell."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from contextlib import AbstractContextManager
from sqlite3 import Connection

import msgspec

from client_desktop.core.changes import (
    AccountDataChanged,
    MembersChanged,
    RoomsChanged,
    RoomStateChanged,
    TypingChanged,
)
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.account_index import INDEXED_TYPES, rooms_that_differ
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.receive import remove_room, write_summary, write_update
from client_desktop.core.rooms.touched import Touched
from client_desktop.core.store.account_data import upsert_account_data
from client_desktop.core.store.facts import select_fact
from client_desktop.core.store.rooms import select_room_ids, select_summaries
from client_desktop.core.sync.batch import RoomUpdate
from client_desktop.core.sync.stored_token import SLIDING, TOKEN_KIND
from client_desktop.core.values import Membership, RoomSummary

Guard = Callable[[], AbstractContextManager[None]]


class RoomsPart:
    """Keeps rooms as a sync says, and what is shown of them at hand."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx
        self._touched = Touched()

    def load(self) -> None:
        """Have the stored summaries at hand; nothing is computed."""
        decode = msgspec.json.Decoder(RoomSummary).decode
        summaries = map(decode, select_summaries(self._ctx.store.db))
        self._ctx.summaries = {summary.room_id: summary for summary in summaries}
        self._ctx.server_counts = select_fact(self._ctx.store.db, TOKEN_KIND) != SLIDING
        self._ctx.forget_index()

    def begin(self, server_counts: bool) -> None:
        """Begin a batch; `server_counts`: of a transport whose counts of what is unread are right."""
        self._touched = Touched()
        self._ctx.server_counts = server_counts

    def undo(self) -> None:
        """What was written has not been, after all."""
        self.load()

    def write_account_data(self, db: Connection, events: Sequence[JsonObject]) -> None:
        before = self._ctx.index if events else None
        for event in events:
            upsert_account_data(db, "", event["type"], event["content"])
            self._touched.account_data[""].add(event["type"])
        if before is not None and self._touched.account_data[""] & INDEXED_TYPES:
            self._ctx.forget_index()
            self._touched.summaries |= rooms_that_differ(before, self._ctx.index)
            if before.ignored != self._ctx.index.ignored:
                self._touched.summaries |= self._invited_to()

    def _invited_to(self) -> set[str]:
        rooms = self._ctx.summaries.values()
        return {room.room_id for room in rooms if room.membership is Membership.INVITE}

    def unknown_to(self, db: Connection, rooms: Container[str]) -> list[str]:
        """Give the rooms that we have and the server did not name."""
        return [room_id for room_id in select_room_ids(db) if room_id not in rooms]

    def write_update(self, db: Connection, update: RoomUpdate, events: Sequence[ClearEvent]) -> None:
        write_update(self._ctx, db, update, events, self._touched)

    def remove(self, db: Connection, room_id: str) -> None:
        remove_room(self._ctx, db, room_id, self._touched)

    def write_summaries(self, db: Connection, guard: Guard) -> None:
        """Make the summaries of all that was touched; each inside a guard of its own."""
        for room_id in self._touched.summaries - self._touched.gone:
            with guard():
                write_summary(self._ctx, db, room_id)

    def publish(self) -> None:
        """Tell what has changed, after the transaction."""
        ctx, touched = self._ctx, self._touched
        me, publish = ctx.user_id, ctx.changes.publish
        summaries = tuple(ctx.summaries[room] for room in touched.summaries if room in ctx.summaries)
        if summaries or touched.gone:
            publish(RoomsChanged(me, summaries, tuple(touched.gone)))
        for room_id, types in touched.state.items():
            publish(RoomStateChanged(me, room_id, frozenset(types)))
        for room_id, user_ids in touched.members.items():
            publish(MembersChanged(me, room_id, frozenset(user_ids), frozenset(touched.returned[room_id])))
        for room_id, typing in touched.typing.items():
            publish(TypingChanged(me, room_id, typing))
        for room_id, types in touched.account_data.items():
            publish(AccountDataChanged(me, frozenset(types), room_id))
