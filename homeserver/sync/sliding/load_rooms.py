"""Bringing what is remembered of a user's rooms up to date, with the rooms that pass filters."""

from collections.abc import Collection, Iterable, Mapping

import orjson

from federation.protocol.ids import InvalidIdentifier, parse_room_id
from homeserver.json_types import JsonObject
from homeserver.rooms.space_children import valid_children
from homeserver.storage import sliding_rooms
from homeserver.storage.account_data import GLOBAL, select_content
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.state import select_current_state_of_type
from homeserver.sync.context import SyncContext
from homeserver.sync.sliding.room_filters import SPACE_CHILD, OwnData, RoomDetails, RoomFilters, passes
from homeserver.sync.sliding.user_rooms import Matching, UserRooms

MAX_PASSES = 3
"""Where more and more happens meanwhile, the filters are a moment behind."""
DIRECT = "m.direct"
TAG = "m.tag"


async def load_user_rooms(
    ctx: SyncContext, user_nid: int, rooms: UserRooms, wanted: Collection[RoomFilters]
) -> None:
    """Bring all of it up to date, with the rooms that pass the filters.

    Once this returns, and until its caller awaits anything, `rooms.upto` is the worker's position.
    """
    async with rooms.lock:
        for _ in range(MAX_PASSES):
            await _load_memberships(ctx, user_nid, rooms)
            version = rooms.version
            await _load_own_data(ctx, user_nid, rooms)
            for filters in wanted:
                await _match(ctx, rooms, filters)
            if rooms.version == version and rooms.upto == ctx.rooms.tailer.applied:
                return
        await _load_memberships(ctx, user_nid, rooms)


async def passing(
    ctx: SyncContext, rooms: UserRooms, filters: RoomFilters, room_nids: Collection[int]
) -> set[int]:
    """Return those of a user's rooms that pass a filter."""
    memberships = rooms.memberships
    known = await ctx.rooms.names.rooms(room_nids)
    details = await _details(ctx, rooms, room_nids) if filters.asks_details else {}
    children = frozenset() if filters.spaces is None else await _children(ctx, rooms, filters.spaces)
    own = OwnData(rooms.direct, rooms.tags)
    return {
        nid
        for nid, room in known.items()
        if nid in memberships
        and passes(
            filters, (nid, room.room_id), memberships[nid].membership,
            details.get(nid, UNKNOWN), own, children,
        )
    }  # fmt: skip


UNKNOWN = RoomDetails()


async def _load_memberships(ctx: SyncContext, user_nid: int, rooms: UserRooms) -> None:
    while True:
        memberships = await ctx.rooms.memberships.of_user(user_nid)
        ignored = await ctx.rooms.ignored.of_user(user_nid)
        if memberships is not rooms.memberships or ignored != rooms.ignored:
            await _take_in(ctx, user_nid, rooms, memberships, ignored)
        upto = ctx.rooms.tailer.applied
        changes = ctx.changes.rooms_since(rooms.upto, rooms.order)
        if changes is None:  # too much has happened to say what
            rooms.upto = upto
            rooms.set_activity(await _activity(ctx, _joined_in(rooms.order, memberships)))
        elif ctx.rooms.memberships.peek(user_nid) is memberships:
            rooms.advance(changes, upto)
            return


async def _take_in(
    ctx: SyncContext,
    user_nid: int,
    rooms: UserRooms,
    memberships: Mapping[int, RoomMembership],
    ignored: frozenset[int],
) -> None:
    if not rooms.memberships:
        rooms.upto = ctx.rooms.tailer.applied
    changed = {nid: room for nid, room in memberships.items() if rooms.memberships.get(nid) != room}
    joined = _joined_in(changed, memberships)
    activity = await _activity(ctx, [nid for nid in joined if not rooms.is_joined(nid)])
    away = [nid for nid, room in changed.items() if room.membership != "join" and not room.forgotten]
    if away:
        async with ctx.rooms.db.acquire() as conn:
            rooms.standings |= await sliding_rooms.select_standings(conn, user_nid, away)
    rooms.replace(memberships, ignored, activity)


async def _activity(ctx: SyncContext, room_nids: Collection[int]) -> dict[int, int]:
    if not room_nids:
        return {}
    async with ctx.rooms.db.acquire() as conn:
        return await sliding_rooms.select_activity(conn, list(room_nids))


def _joined_in(nids: Iterable[int], memberships: Mapping[int, RoomMembership]) -> list[int]:
    return [nid for nid in nids if nid in memberships and memberships[nid].membership == "join"]


async def _load_own_data(ctx: SyncContext, user_nid: int, rooms: UserRooms) -> None:
    """Read what the account data say of rooms, if they or the rooms may be others than before."""
    since, upto = rooms.own_upto, ctx.rooms.tailer.applied
    has_changed = since is None or ctx.changes.of_user(user_nid, since) & Stream.ACCOUNT_DATA
    if not has_changed and rooms.own_of is rooms.memberships:
        return
    rooms.own_of = rooms.memberships
    async with ctx.rooms.db.acquire() as conn:
        direct = await select_content(conn, user_nid, GLOBAL, DIRECT)
        tags = await sliding_rooms.select_room_data_of_type(conn, user_nid, TAG)
    rooms.tags = {nid: _tags_in(content) for nid, content in tags.items()}
    rooms.direct = await _direct_rooms(ctx, rooms, direct)
    rooms.own_upto = upto
    rooms.version += 1


async def _direct_rooms(ctx: SyncContext, rooms: UserRooms, content: bytes | None) -> frozenset[int]:
    listed = orjson.loads(content) if content is not None else {}
    direct = {
        room for of_user in listed.values() if isinstance(of_user, list) for room in of_user
        if isinstance(room, str)
    }  # fmt: skip
    if not direct:
        return frozenset()
    known = await ctx.rooms.names.rooms(rooms.memberships)
    return frozenset(nid for nid, room in known.items() if room.room_id in direct)


def _tags_in(content: bytes) -> frozenset[str]:
    tags = orjson.loads(content).get("tags")
    return frozenset(tags) if isinstance(tags, dict) else frozenset()


async def _match(ctx: SyncContext, rooms: UserRooms, filters: RoomFilters) -> None:
    """Bring the rooms that pass a filter up to date, looking only at those that may do so otherwise now."""
    if filters.is_trivial:
        return
    upto = rooms.upto
    children = None if filters.spaces is None else await _children(ctx, rooms, filters.spaces)
    version = (rooms.version, children)
    known = rooms.matching.get(filters)
    changes = ctx.changes.rooms_since(known.upto, rooms.order) if known is not None else None
    if known is None or known.version != version or changes is None:
        matching = Matching(await passing(ctx, rooms, filters, rooms.order), upto, version)
        rooms.matching.put(filters, matching)
        return
    if filters.asks_details and changes:
        known.rooms -= changes.keys()
        known.rooms |= await passing(ctx, rooms, filters, list(changes))
    known.upto = upto


async def _details(ctx: SyncContext, rooms: UserRooms, room_nids: Collection[int]) -> dict[int, RoomDetails]:
    details: dict[int, RoomDetails] = {}
    inside: list[int] = []
    for nid in room_nids:
        standing = rooms.standings.get(nid)
        if rooms.is_joined(nid) or standing is None or standing.shown is None:
            inside.append(nid)
        else:
            details[nid] = _told(standing.shown)
    for nid, summary in (await ctx.rooms.summaries.of_rooms(inside)).items():
        details[nid] = RoomDetails(summary.encryption is not None, summary.room_type, summary.name)
    return details


def _told(shown: bytes) -> RoomDetails:
    """Return what is known of a room of others by its stripped state."""
    contents: dict[object, JsonObject] = {
        event.get("type"): event["content"]
        for event in orjson.loads(shown)
        if isinstance(event, dict) and event.get("state_key") == "" and isinstance(event.get("content"), dict)
    }
    room_type = contents.get("m.room.create", {}).get("type")
    name = contents.get("m.room.name", {}).get("name")
    return RoomDetails(
        "m.room.encryption" in contents,
        room_type if isinstance(room_type, str) else None,
        name if isinstance(name, str) else None,
    )


async def _children(ctx: SyncContext, rooms: UserRooms, spaces: frozenset[str]) -> frozenset[str]:
    """Return the rooms that the state of spaces lists; spaces that the user is not in list nothing."""
    children: set[str] = set()
    for space_id in sorted(spaces):
        try:
            room = await ctx.rooms.names.room(parse_room_id(space_id))
        except InvalidIdentifier:
            continue
        if room is None or not rooms.is_joined(room.nid):
            continue
        known = rooms.children.get(room.nid)
        if known is None or ctx.changes.of_room(room.nid, known[0]) & Stream.EVENTS:
            upto = ctx.rooms.tailer.applied
            async with ctx.rooms.db.acquire() as conn:
                events = await select_current_state_of_type(conn, room.nid, SPACE_CHILD)
            listed = valid_children((event.load() for event in events), suggested_only=False)
            known = (upto, frozenset(child.room_id for child in listed))
            rooms.children.put(room.nid, known)
        children |= known[1]
    return frozenset(children)
