"""Write what a sync says about a room, inside the batch's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Connection

import msgspec

from client_desktop.core.events import ClearEvent
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.last_event import follow_last_event
from client_desktop.core.rooms.record import RoomRecord, keep_record, load_record
from client_desktop.core.rooms.returned import returned_unseen
from client_desktop.core.rooms.summarize import PENDING, summarize
from client_desktop.core.rooms.touched import Touched
from client_desktop.core.shapes import as_object, as_text, as_texts
from client_desktop.core.store.account_data import delete_account_data, upsert_account_data
from client_desktop.core.store.members import (
    count_members,
    delete_members,
    select_member_event,
    upsert_members,
)
from client_desktop.core.store.room_state import (
    delete_room_state,
    delete_state_event,
    select_state_event,
    select_state_of_type,
    upsert_state,
)
from client_desktop.core.store.rooms import delete_room, update_summary
from client_desktop.core.sync.batch import RoomUpdate
from client_desktop.core.values import Membership

MEMBER = "m.room.member"
SPACE_CHILD = "m.space.child"
ENCRYPTION = "m.room.encryption"
MAX_HEROES = 10
MAX_TYPING = 50


def write_update(
    ctx: RoomsContext, db: Connection, update: RoomUpdate, events: Sequence[ClearEvent], touched: Touched
) -> None:
    """Write one room's news. Its summary is made later, by `write_summary`, when all rooms are written."""
    room_id = update.room_id
    before = load_record(db, room_id)
    if before is None and update.membership is None:
        return  # typing, receipts or account data of a room that is not the account's
    record = before or RoomRecord()
    if update.whole_state or _begins_anew(record, update):
        _touch_dependents(db, room_id, touched)
        delete_room_state(db, room_id)
        delete_members(db, room_id)
        record = replace(record, members_complete=False, heroes=())
    _write_state(db, update, touched)
    _write_account_data(db, update, touched)
    _note_typing(ctx, update, touched)
    record = _with_facts(ctx, db, record, update)
    record = follow_last_event(record, events, ctx.previews.line, ctx.clock.now_ms())
    if not record.last_at_ms:  # an invitation has no times: it has come just now
        record = replace(record, last_at_ms=ctx.clock.now_ms())
    if before is None or before.membership is not record.membership:
        _touch_dependents(db, room_id, touched)
    keep_record(db, room_id, record)
    touched.summaries.add(room_id)


def write_summary(ctx: RoomsContext, db: Connection, room_id: str) -> None:
    """Make a room's summary, keep it, and have it at hand; nothing for a room that is not the account's."""
    record = load_record(db, room_id)
    if record is None:
        return
    summary = summarize(ctx, db, room_id, record)
    update_summary(db, room_id, msgspec.json.encode(replace(summary, typing=())))
    ctx.summaries[room_id] = summary


def remove_room(ctx: RoomsContext, db: Connection, room_id: str, touched: Touched) -> None:
    """Delete everything about a room."""
    _touch_dependents(db, room_id, touched)
    delete_room_state(db, room_id)
    delete_members(db, room_id)
    delete_account_data(db, room_id)
    delete_room(db, room_id)
    ctx.summaries.pop(room_id, None)
    ctx.typing.pop(room_id, None)
    touched.gone.add(room_id)


def _begins_anew(record: RoomRecord, update: RoomUpdate) -> bool:
    """Tell whether we come into a room, or back into it: what was known is stripped, or old."""
    return update.membership is Membership.JOIN and record.membership is not Membership.JOIN


def _write_state(db: Connection, update: RoomUpdate, touched: Touched) -> None:
    room_id = update.room_id
    members = [event for event in update.state if event["type"] == MEMBER]
    others = [event for event in update.state if event["type"] != MEMBER]
    known = (select_member_event(db, room_id, event["state_key"]) for event in members)
    touched.returned[room_id] |= returned_unseen([event for event in known if event], members)
    upsert_members(db, room_id, members)
    upsert_state(db, room_id, others)
    for type_, state_key in update.removed_state:
        delete_state_event(db, room_id, type_, state_key)
    if members:
        touched.members[room_id].update(event["state_key"] for event in members)
    changed = {event["type"] for event in others} | {type_ for type_, _ in update.removed_state}
    if changed:
        touched.state[room_id].update(changed)
    touched.summaries.update(event["state_key"] for event in others if event["type"] == SPACE_CHILD)


def _write_account_data(db: Connection, update: RoomUpdate, touched: Touched) -> None:
    for event in update.account_data:
        upsert_account_data(db, update.room_id, event["type"], event["content"])
        touched.account_data[update.room_id].add(event["type"])


def _note_typing(ctx: RoomsContext, update: RoomUpdate, touched: Touched) -> None:
    for event in update.ephemeral:
        if event["type"] == "m.typing":
            user_ids = as_texts(event["content"].get("user_ids"))[:MAX_TYPING]
            ctx.typing[update.room_id] = user_ids
            touched.typing[update.room_id] = tuple(user for user in user_ids if user != ctx.user_id)


def _with_facts(ctx: RoomsContext, db: Connection, record: RoomRecord, update: RoomUpdate) -> RoomRecord:
    record = replace(
        record,
        membership=_membership(ctx, db, update) or record.membership,
        heroes=record.heroes if update.heroes is None else update.heroes[:MAX_HEROES],
        joined_members=record.joined_members if update.joined_members is None else update.joined_members,
        invited_members=record.invited_members if update.invited_members is None else update.invited_members,
        unread=record.unread if update.unread is None else update.unread,
        mentions=record.mentions if update.mentions is None else update.mentions,
    )
    if record.membership in PENDING:
        return replace(
            record,
            joined_members=count_members(db, update.room_id, "join"),
            invited_members=count_members(db, update.room_id, "invite"),
        )
    if record.members_complete and update.limited and _may_hide_members(db, update.room_id, record):
        return replace(record, members_complete=False)  # asked for again when they are needed
    return record


def _membership(ctx: RoomsContext, db: Connection, update: RoomUpdate) -> Membership | None:
    if update.membership is not Membership.LEAVE:
        return update.membership
    event = select_member_event(db, update.room_id, ctx.user_id) or {}
    banned = as_text(as_object(event.get("content")).get("membership")) == "ban"
    return Membership.BAN if banned else Membership.LEAVE


def _may_hide_members(db: Connection, room_id: str, record: RoomRecord) -> bool:
    """Tell whether members have to be asked for again after a gap: we know not as many as the server counts.

    Where messages are encrypted always: as many as before may be others, who must not get each other's keys.
    """
    encrypted = select_state_event(db, room_id, ENCRYPTION, "") is not None
    return encrypted or count_members(db, room_id, "join") != record.joined_members


def _touch_dependents(db: Connection, room_id: str, touched: Touched) -> None:
    """Have those rooms looked at again whose summaries speak of this one: its children, its predecessor."""
    children = select_state_of_type(db, room_id, SPACE_CHILD)
    touched.summaries.update(as_text(child.get("state_key")) for child in children)
    create = as_object((select_state_event(db, room_id, "m.room.create", "") or {}).get("content"))
    touched.summaries.add(as_text(as_object(create.get("predecessor")).get("room_id")))
