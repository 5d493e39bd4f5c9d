"""Messages to devices that another server delivers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#send-to-device-messaging
"""

from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.e2ee.to_device_context import Messages, ToDeviceContext
from homeserver.e2ee.to_device_send import MAX_TYPE_BYTES
from homeserver.e2ee.to_device_store import messages_to_devices, store_messages
from homeserver.errors import Forbidden, InvalidParam
from homeserver.storage import to_device

MAX_MESSAGE_ID_BYTES: Final = 255
RECEIVED_KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long a message id is remembered; the other server's transactions are repeated for less."""


@dataclass(frozen=True, slots=True)
class DeliveredMessages:
    """Messages of a user of another server; `message_id` is never used twice by that server."""

    origin: ServerName
    message_id: str
    sender: UserId
    type: str
    messages: Messages


async def receive_to_device(ctx: ToDeviceContext, delivered: DeliveredMessages) -> None:
    """Store messages for devices of this server, once; users and devices that do not exist are passed over.

    Raises: Forbidden for a sender of a third server; InvalidParam, TooLarge.
    """
    if server_name_of(delivered.sender) != delivered.origin:
        raise Forbidden("The sender is no user of the server that delivers the message")
    if not 1 <= len(delivered.type.encode()) <= MAX_TYPE_BYTES:
        raise InvalidParam(f"An event type has 1 to {MAX_TYPE_BYTES} bytes")
    if not 1 <= len(delivered.message_id.encode()) <= MAX_MESSAGE_ID_BYTES:
        raise InvalidParam(f"A message id has 1 to {MAX_MESSAGE_ID_BYTES} bytes")
    local = {u: devices for u, devices in delivered.messages.items() if server_name_of(u) == ctx.server_name}
    user_nids = await ctx.names.known_users(local)
    async with ctx.db.acquire() as conn:
        rows = await messages_to_devices(conn, delivered.sender, delivered.type, local, user_nids)
    if not rows:
        return
    async with ctx.positions.write() as change:
        now_ms = ctx.clock.now_ms()
        if await to_device.insert_received(change.conn, delivered.origin, delivered.message_id, now_ms):
            await store_messages(change, rows)


async def forget_received(ctx: ToDeviceContext) -> None:
    """Forget the ids of messages that were delivered long ago."""
    async with ctx.db.acquire() as conn:
        await to_device.delete_received_before(conn, ctx.clock.now_ms() - RECEIVED_KEPT_MS)
