"""Look up the numbers of all that others' events name, for many events in few queries."""

from collections.abc import Mapping, Sequence

from federation.protocol.ids import EventId, InvalidIdentifier, UserId, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu
from homeserver.push.default_rules import is_tombstone, mentioned_user_ids, mentions_room
from homeserver.rooms.build_event import EVERYBODY, MAX_MENTIONS, relation_of
from homeserver.rooms.context import RoomsContext
from homeserver.storage.commit import NewEvent
from homeserver.storage.rooms import Room


async def intern_names(ctx: RoomsContext, pdus: Sequence[Pdu]) -> None:
    """Give a number to everything that events name, so that each of them finds its own."""
    await ctx.names.intern_entries(pdu.state_entry for pdu in pdus if pdu.is_state)
    members = (member[0] for pdu in pdus if (member := _member_of(pdu)) is not None)
    await ctx.names.intern_users({*(pdu.sender for pdu in pdus), *members})


async def describe_events(
    ctx: RoomsContext, room: Room, pdus: Sequence[Pdu], auth_heights: Mapping[EventId, int]
) -> list[NewEvent]:
    """Return events with their numbers.

    `auth_heights` has those of the auth events that are stored; the others are among `pdus`, before those
    that name them. Place, counts and mentions are for whoever places an event.
    """
    entries = await ctx.names.intern_entries(pdu.state_entry for pdu in pdus if pdu.is_state)
    members = {pdu.event_id: member for pdu in pdus if (member := _member_of(pdu)) is not None}
    users = await ctx.names.intern_users(
        {pdu.sender for pdu in pdus} | {user for user, _ in members.values()}
    )
    heights = dict(auth_heights)
    described = []
    for pdu in pdus:
        member = members.get(pdu.event_id)
        if pdu.is_state:
            heights[pdu.event_id] = 1 + max((heights.get(auth, 0) for auth in pdu.auth_events), default=0)
        described.append(
            NewEvent(
                room=room,
                pdu=pdu,
                sender_nid=users[pdu.sender],
                key_nid=entries[pdu.state_entry] if pdu.is_state else None,
                topo=0,
                notify_count=0,
                device_nid=None,
                txn_id=None,
                auth_height=heights[pdu.event_id] if pdu.is_state else None,
                member=None if member is None else (users[member[0]], member[1]),
                relation=relation_of(pdu),
                redacts=pdu.redacts,
                mentions=(),
            )
        )
    return described


async def mentioned_members(ctx: RoomsContext, pdu: Pdu, *, may_mention_room: bool) -> tuple[int, ...]:
    """Return the local users whom an event mentions, EVERYBODY where it mentions the room and may."""
    if is_tombstone(pdu.type, pdu.state_key):
        return (EVERYBODY,)
    if "m.mentions" not in pdu.content:
        return ()
    named = mentioned_user_ids(pdu.type, pdu.content)[:MAX_MENTIONS]
    local = [UserId(name) for name in named if _is_user_of(name, ctx.server_name) and name != pdu.sender]
    nids = sorted((await ctx.names.known_users(local)).values()) if local else []
    to_everybody = may_mention_room and mentions_room(pdu.type, pdu.content)
    return (EVERYBODY, *nids) if to_everybody else tuple(nids)


def _member_of(pdu: Pdu) -> tuple[UserId, str] | None:
    """Return whose membership an event is, and which; None where it says neither."""
    membership = pdu.content.get("membership")
    if pdu.type != "m.room.member" or pdu.state_key is None or not isinstance(membership, str):
        return None
    try:
        return parse_user_id(pdu.state_key), membership
    except InvalidIdentifier:
        return None


def _is_user_of(name: str, server: str) -> bool:
    try:
        return server_name_of(parse_user_id(name)) == server
    except InvalidIdentifier:
        return False
