"""The rooms of an account, for everybody else."""

from __future__ import annotations

from collections.abc import Iterable

from client_desktop.core.api import path
from client_desktop.core.changes import RoomsChanged
from client_desktop.core.events import ClearEvent, is_state_event
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.create import CreateActs
from client_desktop.core.rooms.directory import DirectoryActs
from client_desktop.core.rooms.image_packs import ImagePackActs
from client_desktop.core.rooms.last_event import follow_last_event
from client_desktop.core.rooms.members import Members
from client_desktop.core.rooms.memberships import MembershipActs
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.rooms.permalinks import permalink
from client_desktop.core.rooms.reading_acts import ReadingActs
from client_desktop.core.rooms.receive import write_summary
from client_desktop.core.rooms.record import keep_record, load_record
from client_desktop.core.shapes import as_object, as_objects, as_texts
from client_desktop.core.store.members import select_member_event, select_member_events, select_user_ids
from client_desktop.core.store.room_state import (
    insert_unknown_state,
    select_all_state,
    select_state_event,
    select_state_of_type,
)
from client_desktop.core.values import RoomSection, RoomSummary

MEMBER = "m.room.member"
SECTION_ORDER = {section: place for place, section in enumerate(RoomSection)}


class Rooms(MembershipActs, CreateActs, ImagePackActs, ReadingActs, DirectoryActs, Members):
    """What is known of rooms, and what can be done to them."""

    def __init__(self, ctx: RoomsContext) -> None:
        Members.__init__(self, ctx)

    def list(self) -> tuple[RoomSummary, ...]:
        """Give all rooms, by section, then by their place in it: by tag, else by activity."""
        return tuple(sorted(self._ctx.summaries.values(), key=_place))

    def summary(self, room_id: str) -> RoomSummary | None:
        """Give what lists show of a room; None for a room that is not the account's."""
        return self._ctx.summaries.get(room_id)

    def refresh(self, room_ids: Iterable[str]) -> None:
        """Make the summaries of rooms anew, after what they are made of changed elsewhere, and tell."""
        known = [room_id for room_id in room_ids if room_id in self._ctx.summaries]
        with self._ctx.store.transaction() as db:
            for room_id in known:
                write_summary(self._ctx, db, room_id)
        if known:
            rooms = tuple(self._ctx.summaries[room_id] for room_id in known)
            self._ctx.changes.publish(RoomsChanged(self._ctx.user_id, rooms))

    def note_decrypted(self, room_id: str, events: Iterable[ClearEvent]) -> None:
        """Show what the newest message says, now that its key has come."""
        record = load_record(self._ctx.store.db, room_id)
        newest = [event for event in events if record is not None and event.event_id == record.last_event]
        if record is None or not newest:
            return
        now_ms = self._ctx.clock.now_ms()
        changed = follow_last_event(record, newest, self._ctx.previews.line, now_ms)
        if changed != record:
            with self._ctx.store.transaction() as db:
                keep_record(db, room_id, changed)
            self.refresh([room_id])

    def set_words(self, words: NameWords) -> None:
        """Speak another language in the names that are made of people's."""
        self._ctx.words = words
        self.refresh(tuple(self._ctx.summaries))

    def state(self, room_id: str, event_type: str, state_key: str = "") -> JsonObject | None:
        """Give the content of a part of a room's state, or None."""
        event = self.state_event(room_id, event_type, state_key)
        return None if event is None else as_object(event.get("content"))

    def state_event(self, room_id: str, event_type: str, state_key: str = "") -> JsonObject | None:
        """Give a part of a room's state as the event it is, or None. Stripped in rooms we are not in."""
        if event_type == MEMBER:
            return select_member_event(self._ctx.store.db, room_id, state_key)
        return select_state_event(self._ctx.store.db, room_id, event_type, state_key)

    def state_of_type(self, room_id: str, event_type: str) -> tuple[JsonObject, ...]:
        """Give the events of a room's state of one type."""
        if event_type == MEMBER:
            return tuple(select_member_events(self._ctx.store.db, room_id))
        return tuple(select_state_of_type(self._ctx.store.db, room_id, event_type))

    async def state_keys(self, room_id: str) -> tuple[tuple[str, str], ...]:
        """Give type and state key of everything in a room's state, what sync left out included.

        Raises: ClientError.
        """
        await self.load_members(room_id)
        answer = await self._ctx.api.get_list(path("/_matrix/client/v3/rooms/{}/state", room_id), retry=True)
        events = [event for event in as_objects(answer) if is_state_event(event)]
        with self._ctx.store.transaction() as db:
            # What sync brought is newer than what was asked for.
            insert_unknown_state(db, room_id, [event for event in events if event["type"] != MEMBER])
        return tuple((event["type"], event["state_key"]) for event in self.all_state(room_id))

    def permalink(self, room_id: str, event_id: str = "") -> str:
        """Give a link to an event, or to a room, that works from other servers."""
        summary = self.summary(room_id)
        alias = None if summary is None else summary.canonical_alias
        joined = select_user_ids(self._ctx.store.db, room_id, "join")
        denied = as_texts((self.state(room_id, "m.room.server_acl") or {}).get("deny"))
        return permalink(room_id, event_id, alias, joined, self.permissions(room_id), denied)

    def all_state(self, room_id: str) -> tuple[JsonObject, ...]:
        """Give all of a room's state that is known, members last."""
        db = self._ctx.store.db
        return (*select_all_state(db, room_id), *select_member_events(db, room_id))


def _place(summary: RoomSummary) -> tuple[int, float, int, str]:
    order = float("inf") if summary.order is None else summary.order
    return SECTION_ORDER[summary.section], order, -summary.last_at_ms, summary.room_id
