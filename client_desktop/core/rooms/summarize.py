"""Make a room's summary from its state, its record and account data."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from sqlite3 import Connection

from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.names import member_name, room_name
from client_desktop.core.rooms.record import RoomRecord, is_joined
from client_desktop.core.shapes import as_bool, as_int, as_object, as_optional_text, as_text
from client_desktop.core.store.account_data import select_all_account_data
from client_desktop.core.store.members import Member, select_member, select_member_event, select_members
from client_desktop.core.store.room_state import select_rooms_with_state, select_single_state
from client_desktop.core.text.plain import one_line
from client_desktop.core.values import InviteDetails, Membership, RoomKind, RoomSection, RoomSummary

MAX_TOPIC_CHARACTERS = 4000
MAX_SMALL_ROOM = 10
"""Up to so many members we look for heroes ourselves where the server names none."""
MUTE_TYPE = "io.parlour.mute"
PENDING = (Membership.INVITE, Membership.KNOCK)


def summarize(ctx: RoomsContext, db: Connection, room_id: str, record: RoomRecord) -> RoomSummary:
    """Build what lists show of a room."""
    state = select_single_state(db, room_id)
    data = select_all_account_data(db, room_id)
    invite, inviter_says_direct = _invite(ctx, db, room_id, record)
    direct_user = ctx.index.direct.get(room_id)
    if direct_user is None and inviter_says_direct and invite is not None:
        direct_user = invite.inviter
    kind = _kind(state, direct_user)
    heroes = _heroes(ctx, db, room_id, record)
    successor = _successor(state)
    order_of_tags = _tags(data)
    unread, mentions = _unread(ctx, db, room_id, record)
    muted_until_ms = as_int(data.get(MUTE_TYPE, {}).get("until_ms")) or None
    return RoomSummary(
        room_id=room_id,
        name=room_name(state, record, [member_name(db, room_id, hero.user_id) for hero in heroes], ctx.words),
        avatar_url=_avatar(state, heroes, kind),
        topic=_topic(state),
        canonical_alias=as_optional_text(content(state, "m.room.canonical_alias").get("alias"), limit=255),
        kind=kind,
        membership=record.membership,
        section=_section(ctx, db, record, kind, invite, order_of_tags, successor),
        direct_user=direct_user,
        encrypted="m.room.encryption" in state,
        room_version=as_text(content(state, "m.room.create").get("room_version"), "1", limit=100),
        joined_members=record.joined_members,
        invited_members=record.invited_members,
        unread=unread,
        mentions=mentions,
        marked_unread=_marked_unread(data),
        muted=room_id in ctx.index.muted,
        muted_until_ms=muted_until_ms,
        order=_order(order_of_tags),
        last_text=record.last_text,
        last_sender=record.last_sender,
        last_sender_name=_sender_name(db, room_id, record.last_sender),
        last_at_ms=record.last_at_ms,
        typing=typing_names(ctx, db, room_id),
        draft=ctx.drafts.has_draft(room_id),
        parents=_parents(db, room_id),
        successor=successor,
        invite=invite,
        fully_read_event=as_optional_text(data.get("m.fully_read", {}).get("event_id")),
    )


def typing_names(ctx: RoomsContext, db: Connection, room_id: str) -> tuple[str, ...]:
    """Name who is typing, without oneself and whom one ignores."""
    return tuple(
        member_name(db, room_id, user_id)
        for user_id in ctx.typing.get(room_id, ())
        if user_id != ctx.user_id and user_id not in ctx.index.ignored
    )


def content(state: Mapping[str, JsonObject], type_: str) -> JsonObject:
    """Give the content of a state event with an empty key; empty where there is none."""
    return as_object(state.get(type_, {}).get("content"))


def _unread(ctx: RoomsContext, db: Connection, room_id: str, record: RoomRecord) -> tuple[int, int]:
    if record.membership in PENDING:
        return 0, 0
    own = ctx.unread.counts(db, room_id, server_counts=ctx.server_counts)
    if own is None:
        return record.unread, record.mentions
    if ctx.server_counts:
        return own
    # What there is of the server's count may know of messages that we have not been shown.
    return max(own[0], record.unread), max(own[1], record.mentions)


def _kind(state: Mapping[str, JsonObject], direct_user: str | None) -> RoomKind:
    if content(state, "m.room.create").get("type") == "m.space":
        return RoomKind.SPACE
    return RoomKind.ROOM if direct_user is None else RoomKind.DIRECT


def _section(
    ctx: RoomsContext,
    db: Connection,
    record: RoomRecord,
    kind: RoomKind,
    invite: InviteDetails | None,
    tags: Mapping[str, float | None],
    successor: str | None,
) -> RoomSection:
    if record.membership in PENDING:
        ignored = invite is not None and invite.inviter in ctx.index.ignored
        return RoomSection.HIDDEN if ignored else RoomSection.INVITES
    replaced = successor is not None and is_joined(db, successor)
    if record.membership is not Membership.JOIN or kind is RoomKind.SPACE or replaced:
        return RoomSection.HIDDEN
    if "m.favourite" in tags:
        return RoomSection.FAVOURITES
    if "m.lowpriority" in tags:
        return RoomSection.LOW_PRIORITY
    return RoomSection.PEOPLE if kind is RoomKind.DIRECT else RoomSection.ROOMS


def _heroes(ctx: RoomsContext, db: Connection, room_id: str, record: RoomRecord) -> list[Member]:
    """Give the people whom the room is called after where it has no name."""
    heroes = [
        select_member(db, room_id, user_id) or Member(user_id, "join", None, None)
        for user_id in record.heroes
        if user_id != ctx.user_id
    ]
    if heroes or record.joined_members + record.invited_members > MAX_SMALL_ROOM:
        return heroes
    others = [member for member in select_members(db, room_id) if member.user_id != ctx.user_id]
    present = [member for member in others if member.membership in ("join", "invite")]
    return sorted(present or others, key=lambda member: member.user_id)


def _avatar(state: Mapping[str, JsonObject], heroes: list[Member], kind: RoomKind) -> str | None:
    own = as_optional_text(content(state, "m.room.avatar").get("url"), limit=1000)
    if own is not None or kind is not RoomKind.DIRECT or len(heroes) != 1:
        return own
    return heroes[0].avatar_url


def _topic(state: Mapping[str, JsonObject]) -> str:
    return clean_lines(as_text(content(state, "m.room.topic").get("topic"), limit=MAX_TOPIC_CHARACTERS))


def clean_lines(text: str) -> str:
    """Clean text that may have lines: each is cleaned as a name is, however long."""
    return "\n".join(one_line(line, MAX_TOPIC_CHARACTERS) for line in text.splitlines()).strip()


def _successor(state: Mapping[str, JsonObject]) -> str | None:
    successor = as_text(content(state, "m.room.tombstone").get("replacement_room"), limit=255)
    return successor if successor.startswith("!") else None


def _tags(data: Mapping[str, JsonObject]) -> dict[str, float | None]:
    tags = as_object(data.get("m.tag", {}).get("tags"))
    return {name: _number(as_object(tag).get("order")) for name, tag in tags.items()}


def _order(tags: Mapping[str, float | None]) -> float | None:
    for name in ("m.favourite", "m.lowpriority"):
        if name in tags:
            return tags[name]
    return None


def _number(value: object) -> float | None:
    """Read a tag's order, which some clients write as a string."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _marked_unread(data: Mapping[str, JsonObject]) -> bool:
    stable = data.get("m.marked_unread")
    marked = data.get("com.famedly.marked_unread", {}) if stable is None else stable
    return as_bool(marked.get("unread"))


def _sender_name(db: Connection, room_id: str, sender: str | None) -> str:
    return "" if sender is None else member_name(db, room_id, sender)


def _parents(db: Connection, room_id: str) -> tuple[str, ...]:
    """Give the joined spaces that hold this room."""
    return tuple(
        space_id
        for space_id, event in select_rooms_with_state(db, "m.space.child", room_id)
        if isinstance(as_object(event.get("content")).get("via"), list) and is_joined(db, space_id)
    )


def _invite(
    ctx: RoomsContext, db: Connection, room_id: str, record: RoomRecord
) -> tuple[InviteDetails | None, bool]:
    """Give who invites, and whether they mean a direct chat."""
    if record.membership is not Membership.INVITE:
        return None, False
    event = select_member_event(db, room_id, ctx.user_id) or {}
    said = as_object(event.get("content"))
    inviter = as_text(event.get("sender"))
    details = InviteDetails(
        inviter=inviter,
        inviter_name=member_name(db, room_id, inviter) if inviter else "",
        reason=clean_lines(as_text(said.get("reason"), limit=500)),
    )
    return details, as_bool(said.get("is_direct"))
