"""Send an event into a room: the one way in for everything a local user does."""

import asyncio
from collections.abc import Sequence

from federation.protocol.ids import EventId, InvalidIdentifier, RoomId, UserId, parse_user_id, server_name_of
from federation.protocol.pdu import EventDraft
from federation.protocol.policy_server import is_exempt
from homeserver.errors import BadJson, Forbidden, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.push.default_rules import is_tombstone, mentioned_user_ids, mentions_room
from homeserver.rooms.build_event import EVERYBODY, MAX_MENTIONS, EventRequest
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.end_forks import end_forks
from homeserver.rooms.policy_server import policy_of, sign_by_policy
from homeserver.rooms.receive_event import ClientTransaction
from homeserver.rooms.redaction import check_redaction
from homeserver.rooms.send_signed import build_alone, commit_signed, earlier_commit
from homeserver.storage.rooms import Room

MAX_TXN_ID_BYTES = 255


async def send_event(
    ctx: RoomsContext,
    room_id: RoomId,
    sender: UserId,
    type_: str,
    content: JsonObject,
    *,
    state_key: str | None = None,
    redacts: EventId | None = None,
    device_nid: int | None = None,
    txn_id: str | None = None,
    origin_server_ts: int | None = None,
) -> Committed:
    """Build, authorise and commit an event; return it when it is durable.

    A transaction id makes a repetition by the same device return the first event.

    Raises: NotFound for an unknown room, Forbidden by the auth rules, BadJson, TooLarge, Unavailable.
    """
    room = ctx.names.remembered_room(room_id) or await known_room(ctx, room_id)
    draft = EventDraft(type_, sender, content, state_key=state_key, redacts=redacts)
    if device_nid is None or txn_id is None:
        return (await _submit(ctx, room, draft, origin_server_ts, None, None))[0]
    key = (device_nid, room.nid, type_, check_txn_id(txn_id))
    running = ctx.in_flight.get(key)
    if running is not None:
        return (await asyncio.shield(running))[0]
    done = _submit_at_once(ctx, room, draft, origin_server_ts, device_nid, txn_id) or asyncio.ensure_future(
        _submit(ctx, room, draft, origin_server_ts, device_nid, txn_id)
    )
    ctx.in_flight[key] = done
    try:
        return (await done)[0]
    finally:
        del ctx.in_flight[key]


async def known_room(ctx: RoomsContext, room_id: RoomId) -> Room:
    """Return a room. Raises Forbidden, as for a room one is not in, where the server does not know it."""
    room = await ctx.names.room(room_id)
    if room is None:
        raise Forbidden("You are not in this room")
    return room


def check_txn_id(txn_id: str) -> str:
    if "\x00" in txn_id or len(txn_id.encode()) > MAX_TXN_ID_BYTES:
        raise InvalidParam(f"A transaction id has at most {MAX_TXN_ID_BYTES} bytes, none of them zero")
    return txn_id


async def build_request(
    ctx: RoomsContext,
    room: Room,
    draft: EventDraft,
    *,
    origin_server_ts: int | None = None,
    device_nid: int | None = None,
    txn_id: str | None = None,
) -> EventRequest:
    """Look up all that an event's commit refers to by number."""
    sender_nid = await ctx.names.intern_user(draft.sender)
    key_nid = member_nid = None
    if draft.state_key is not None:
        entry = (draft.type, draft.state_key)
        key_nid = ctx.names.key_nid(entry) or (await ctx.names.intern_entries([entry]))[entry]
        if draft.type == "m.room.member":
            member_nid = await ctx.names.intern_user(_member_of(draft))
    return EventRequest(
        draft,
        ctx.clock.now_ms() if origin_server_ts is None else origin_server_ts,
        sender_nid,
        key_nid,
        member_nid,
        device_nid,
        txn_id,
        await check_redaction(ctx, room, draft) if draft.redacts is not None else None,
        await _mentioned(ctx, draft),
    )


def _submit_at_once(
    ctx: RoomsContext,
    room: Room,
    draft: EventDraft,
    origin_server_ts: int | None,
    device_nid: int,
    txn_id: str,
) -> "asyncio.Future[Sequence[Committed]] | None":
    """Queue an ordinary message without a task or a look-up, if everything about it is in memory."""
    if draft.state_key is not None or draft.redacts is not None or draft.content.get("m.mentions"):
        return None
    sender_nid = ctx.names.remembered_user(draft.sender)
    if sender_nid is None:
        return None
    timestamp = ctx.clock.now_ms() if origin_server_ts is None else origin_server_ts
    request = EventRequest(draft, timestamp, sender_nid, device_nid=device_nid, txn_id=txn_id)
    return ctx.commits.submit_at_once(room, request)


async def _submit(
    ctx: RoomsContext,
    room: Room,
    draft: EventDraft,
    origin_server_ts: int | None,
    device_nid: int | None,
    txn_id: str | None,
) -> Sequence[Committed]:
    request = await build_request(
        ctx, room, draft, origin_server_ts=origin_server_ts, device_nid=device_nid, txn_id=txn_id
    )
    if not is_exempt(draft.type, draft.state_key) and await policy_of(ctx, room) is not None:
        return [await _send_by_policy(ctx, room, request)]
    if (await ctx.heads.load(room, ())).has_more_ends:
        await end_forks(ctx, room)
    return await (await ctx.commits.submit(room, request))


async def _send_by_policy(ctx: RoomsContext, room: Room, request: EventRequest) -> Committed:
    """Have the room's policy server sign an event before it is committed."""
    transaction = None
    if request.device_nid is not None and request.txn_id is not None:
        transaction = ClientTransaction(request.device_nid, request.txn_id)
        earlier = await earlier_commit(ctx, room, request.draft, transaction)
        if earlier is not None:
            return earlier
    signed = await sign_by_policy(ctx, room, await build_alone(ctx, room, request))
    return await commit_signed(ctx, room, signed, transaction)


def _member_of(draft: EventDraft) -> UserId:
    try:
        return parse_user_id(draft.state_key or "")
    except InvalidIdentifier as error:
        raise BadJson("The state key of a membership is a user id") from error


async def _mentioned(ctx: RoomsContext, draft: EventDraft) -> tuple[int, ...]:
    if is_tombstone(draft.type, draft.state_key):
        return (EVERYBODY,)
    if "m.mentions" not in draft.content:
        return ()
    local = []
    for user_id in mentioned_user_ids(draft.type, draft.content)[:MAX_MENTIONS]:
        try:
            if server_name_of(parse_user_id(user_id)) == ctx.server_name and user_id != draft.sender:
                local.append(UserId(user_id))
        except InvalidIdentifier:
            continue
    nids = sorted((await ctx.names.known_users(local)).values())
    return (EVERYBODY, *nids) if mentions_room(draft.type, draft.content) else tuple(nids)
