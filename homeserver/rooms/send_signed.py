"""Send an event that somebody else has to sign as well.

It is built on the room's head as any other, but once it is signed it cannot be built again: where the room
has gone on meanwhile, it becomes a fork.
"""

from federation.protocol.pdu import EventDraft, Pdu
from homeserver.errors import Forbidden, Unavailable
from homeserver.rooms.build_event import EventRequest, build_event, needed_entries
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.receive_event import (
    ClientTransaction,
    Outcome,
    ResolutionImpossible,
    receive_event,
)
from homeserver.storage.events import select_by_txn, select_positions_of
from homeserver.storage.rooms import Room


async def build_alone(ctx: RoomsContext, room: Room, request: EventRequest) -> Pdu:
    """Build an event on the head of its room without making it the head.

    Raises: Forbidden, BadJson, TooLarge.
    """
    entries = needed_entries(room.version, request.draft)
    head = await ctx.heads.load(room, entries)
    built = build_event(head, ctx.author, request, entries).pdu
    # Others of its kind must not take the fast way past whoever has to sign.
    head.may_send.pop((built.sender, built.type), None)
    return built


async def commit_signed(
    ctx: RoomsContext, room: Room, pdu: Pdu, transaction: ClientTransaction | None = None
) -> Committed:
    """Commit an event that bears all the signatures it needs; return it when it is durable.

    Raises: Forbidden where the room's state no longer allows it, Unavailable.
    """
    try:
        verdict = await receive_event(ctx, room, pdu, transaction=transaction)
    except ResolutionImpossible as error:
        raise Unavailable("The room's state cannot be resolved now") from error
    if verdict.outcome not in (Outcome.ACCEPTED, Outcome.KNOWN):
        raise Forbidden(verdict.reason)
    async with ctx.db.acquire() as conn:
        found = await select_positions_of(conn, [pdu.event_id])
    if pdu.event_id not in found:
        raise Forbidden("The room's state does not allow this")
    return Committed(pdu.event_id, found[pdu.event_id])


async def earlier_commit(
    ctx: RoomsContext, room: Room, draft: EventDraft, transaction: ClientTransaction
) -> Committed | None:
    """Return what a client's transaction made before, if it is a repetition."""
    device_nid, txn_id = transaction.device_nid, transaction.txn_id
    async with ctx.db.acquire() as conn:
        event_id = await select_by_txn(conn, device_nid, txn_id, room.nid, draft.type)
        found = {} if event_id is None else await select_positions_of(conn, [event_id])
    return None if event_id is None else Committed(event_id, found[event_id])
