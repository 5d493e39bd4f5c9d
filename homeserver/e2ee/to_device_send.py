"""Send messages to devices, past all rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging
"""

from typing import Final

from federation.protocol.ids import server_name_of
from homeserver.accounts.requester import Requester
from homeserver.e2ee.to_device_context import Messages, RemoteMessages, ToDeviceContext
from homeserver.e2ee.to_device_store import MAX_MESSAGES, messages_to_devices, store_messages
from homeserver.errors import InvalidParam, TooLarge
from homeserver.storage import to_device
from homeserver.storage.positions import Change

MAX_TYPE_BYTES: Final = 255
MAX_TXN_ID_BYTES: Final = 255
TXNS_KEPT_MS: Final = 24 * 3600 * 1000


async def send_to_device(
    ctx: ToDeviceContext, requester: Requester, type_: str, txn_id: str, messages: Messages
) -> None:
    """Store a message for each device that is named; users and devices that do not exist are passed over.

    A request that the same device repeats, with the same type and transaction id, sends nothing.

    Raises: InvalidParam, TooLarge.
    """
    _check(type_, txn_id, messages)
    local = {user: devices for user, devices in messages.items() if server_name_of(user) == ctx.server_name}
    remote = {user: devices for user, devices in messages.items() if user not in local}
    user_nids = await ctx.names.known_users(local)
    async with ctx.db.acquire() as conn:
        rows = await messages_to_devices(conn, requester.user_id, type_, local, user_nids)
    async with ctx.positions.write() as change:
        if not await _is_first_time(ctx, change, requester, type_, txn_id):
            return
        await store_messages(change, rows)
        if remote:
            await ctx.remote.enqueue(change, RemoteMessages(requester.user_id, type_, remote))


def _check(type_: str, txn_id: str, messages: Messages) -> None:
    if not 1 <= len(type_.encode()) <= MAX_TYPE_BYTES:
        raise InvalidParam(f"An event type has 1 to {MAX_TYPE_BYTES} bytes")
    if not 1 <= len(txn_id.encode()) <= MAX_TXN_ID_BYTES:
        raise InvalidParam(f"A transaction id has 1 to {MAX_TXN_ID_BYTES} bytes")
    if sum(len(devices) for devices in messages.values()) > MAX_MESSAGES:
        raise TooLarge(f"A request holds at most {MAX_MESSAGES} messages")


async def _is_first_time(
    ctx: ToDeviceContext, change: Change, requester: Requester, type_: str, txn_id: str
) -> bool:
    """Note the transaction. Those without a device, as some application services, may repeat themselves."""
    if requester.device_nid is None:
        return True
    now_ms = ctx.clock.now_ms()
    await to_device.delete_txns_before(change.conn, requester.device_nid, now_ms - TXNS_KEPT_MS)
    return await to_device.insert_txn(change.conn, requester.device_nid, type_, txn_id, now_ms)
