"""The door for events that somebody else signed, or that do not stand at the head of their room.

The outcome is a value. The checks are those of the specification, in its order; format, signatures and hash
have been checked by whoever brings the event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""

from dataclasses import dataclass, replace

from msgspec import structs

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.pdu import Pdu
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.incoming import look_up
from homeserver.rooms.place_event import place
from homeserver.rooms.resolve_state import ResolutionImpossible
from homeserver.storage.rooms import Room

__all__ = ["ClientTransaction", "Outcome", "ResolutionImpossible", "Verdict", "receive_event"]


@dataclass(frozen=True, slots=True)
class ClientTransaction:
    """The device and the transaction of the client that an event comes from."""

    device_nid: int
    txn_id: str


async def receive_event(
    ctx: RoomsContext,
    room: Room,
    pdu: Pdu,
    *,
    relay: bool = False,
    objection: str = "",
    transaction: ClientTransaction | None = None,
) -> Verdict:
    """Check an event whose format, signatures and hash are right, and store it with what the checks found.

    Auth events that are not stored, and prev events that are not stored with a state, are named in the
    verdict MISSING; nothing is decided then. Events of other rooms, and those that refer to such, are refused
    without being stored. `relay` marks an event that this server must send on for another one. What there is
    an `objection` to is soft-failed where the rules allow it. `transaction` is that of a client of ours.

    The cost follows the event and the conflict it causes, not the size of the room.

    Raises: ResolutionImpossible, DatabaseUnavailable: nothing is decided, the event can be tried again.
    """
    incoming = await look_up(ctx, room, pdu, relay=relay)
    if isinstance(incoming, Verdict):
        return incoming
    if transaction is not None:
        device_nid, txn_id = transaction.device_nid, transaction.txn_id
        event = structs.replace(incoming.event, device_nid=device_nid, txn_id=txn_id)
        incoming = replace(incoming, event=event)
    return await place(ctx, replace(incoming, objection=objection))
