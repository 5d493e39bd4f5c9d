"""Requests that come up the sync WebSocket: each does what its HTTP endpoint does, by the same service.

Message transactions share their table with HTTP: the same transaction id of a device makes one event,
whichever way it comes.
"""

from typing import TypeAlias

from federation.protocol.ids import parse_event_id, parse_room_id
from homeserver.accounts.requester import Requester
from homeserver.ephemeral.receipt_target import parse_thread
from homeserver.ephemeral.send_receipt import send_receipt
from homeserver.ephemeral.set_typing import set_typing
from homeserver.errors import GuestAccessForbidden
from homeserver.http.context import Services
from homeserver.http.rate_limits import Action
from homeserver.json_types import JsonObject
from homeserver.rooms.send_message import send_message
from homeserver.storage.receipts import UNTHREADED
from homeserver.sync.frames import Receipt, Send, Typing

UpwardRequest: TypeAlias = Send | Typing | Receipt


async def answer(here: Services, requester: Requester, frame: UpwardRequest) -> JsonObject:
    """Do what a frame asks for; return what its result says beyond the id.

    Raises: MatrixError; InvalidIdentifier.
    """
    if requester.is_guest and not isinstance(frame, Send):
        raise GuestAccessForbidden()
    if here.rate_limits.enabled:
        action = Action.MESSAGE if isinstance(frame, Send) else Action.TYPING
        here.rate_limits.check_user(action, requester.user_nid)
    room_id = parse_room_id(frame.room_id)
    if isinstance(frame, Send):
        event_id = await send_message(
            here.rooms, requester, room_id, frame.event_type, frame.content, frame.txn_id
        )
        return {"event_id": event_id}
    if isinstance(frame, Typing):
        await set_typing(here.ephemeral, requester, room_id, typing=frame.typing, timeout_ms=frame.timeout)
        return {}
    thread = UNTHREADED if frame.thread_id is None else parse_thread(frame.thread_id)
    event_id = parse_event_id(frame.event_id)
    await send_receipt(here.ephemeral, requester, room_id, frame.receipt_type, event_id, thread)
    return {}
