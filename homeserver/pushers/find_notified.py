"""Whom the events of a span of positions notify, among those who have pushers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import orjson
import structlog

from federation.protocol.ids import UserId
from homeserver.pushers.context import PushersContext
from homeserver.pushers.notifying_events import invite_actions, notifying_events
from homeserver.pushers.pushing_members import PushingMembers
from homeserver.rooms.viewer import Viewer
from homeserver.storage.db import DatabaseUnavailable
from homeserver.storage.events import StoredEvent, load_json, select_new_events
from homeserver.storage.push_queue import InviteElsewhere, Notified, select_invites_elsewhere
from homeserver.sync.counts_by_rules import Budget

log = structlog.get_logger(__name__)

MAX_ROOMS_PER_READ: Final = 200


async def find_notified(
    ctx: PushersContext, members: PushingMembers, room_nids: Iterable[int], since: int, upto: int
) -> list[Notified]:
    """Evaluate the events of rooms for those members who have pushers."""
    notified: list[Notified] = []
    ordered = sorted(room_nids)
    for start in range(0, len(ordered), MAX_ROOMS_PER_READ):
        pushing = await members.in_rooms(ordered[start : start + MAX_ROOMS_PER_READ])
        if pushing:
            notified += await _find_in_rooms(ctx, pushing, since, upto)
    return notified


async def find_invited(
    ctx: PushersContext, user_nids: Iterable[int], since: int, upto: int
) -> list[Notified]:
    """Evaluate the invites of users to rooms that this server is not in."""
    async with ctx.db.acquire() as conn:
        invites = await select_invites_elsewhere(conn, sorted(user_nids), since, upto)
    found = [await _evaluate_invite(ctx, invite) for invite in invites]
    return [notified for notified in found if notified is not None]


async def _find_in_rooms(
    ctx: PushersContext, pushing: Mapping[int, Sequence[int]], since: int, upto: int
) -> list[Notified]:
    async with ctx.db.acquire() as conn:
        found = await select_new_events(conn, list(pushing), since, upto)
    by_room: dict[int, list[StoredEvent]] = {}
    for event in found:
        by_room.setdefault(event.room_nid, []).append(event)
    notified = []
    for room_nid, events in by_room.items():
        try:
            notified += await _evaluate(ctx, room_nid, events, pushing[room_nid])
        except DatabaseUnavailable:
            raise
        except Exception:  # of what nobody foresaw, one room must not keep all others from being told
            log.exception("push_feed.room_failed", room_nid=room_nid)
    return notified


async def _evaluate(
    ctx: PushersContext, room_nid: int, events: Sequence[StoredEvent], user_nids: Sequence[int]
) -> list[Notified]:
    room = (await ctx.rooms.names.rooms([room_nid]))[room_nid]
    user_ids = await ctx.rooms.names.user_ids(user_nids)
    notified = []
    for user_nid in user_nids:
        viewer = Viewer(UserId(user_ids[user_nid]), user_nid)
        for found in await notifying_events(ctx.sync, viewer, room, events, Budget()):
            event, actions = found.event, orjson.dumps(found.actions)
            notified.append(Notified(user_nid, event.position or 0, room_nid, event.event_nid, actions))
    return notified


async def _evaluate_invite(ctx: PushersContext, invite: InviteElsewhere) -> Notified | None:
    room = (await ctx.rooms.names.rooms([invite.room_nid]))[invite.room_nid]
    user_id = (await ctx.rooms.names.user_ids([invite.user_nid]))[invite.user_nid]
    actions = await invite_actions(
        ctx.sync,
        Viewer(user_id, invite.user_nid),
        room,
        invite.sender_nid,
        load_json(invite.json),
        invite.event_id,
    )
    if actions is None:
        return None
    return Notified(invite.user_nid, invite.position, invite.room_nid, None, orjson.dumps(actions))
