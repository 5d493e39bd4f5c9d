"""Send messages to devices, past all rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import orjson
import structlog

from federation.protocol.ids import UserId, server_name_of
from homeserver.accounts.requester import Requester
from homeserver.e2ee.to_device_context import Messages, RemoteMessages, ToDeviceContext
from homeserver.errors import InvalidParam, TooLarge
from homeserver.storage import to_device
from homeserver.storage.db import Connection
from homeserver.storage.positions import Change, Stream
from homeserver.storage.to_device import Device

log = structlog.get_logger(__name__)

EVERY_DEVICE: Final = "*"
MAX_MESSAGES: Final = 2_000
"""How many messages one request may hold, and to how many local devices it may lead."""

MAX_MESSAGE_BYTES: Final = 65_536
MAX_TYPE_BYTES: Final = 255
MAX_TXN_ID_BYTES: Final = 255
MAX_PENDING: Final = 20_000
"""How many messages wait for a device that never fetches them; further ones are dropped."""

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
        devices = await _devices_by_user(conn, sorted(user_nids.values()))
    rows = list(_messages_to_devices(requester.user_id, type_, local, user_nids, devices))
    if len(rows) > MAX_MESSAGES:
        raise TooLarge(f"A request may lead to at most {MAX_MESSAGES} devices")
    async with ctx.positions.write() as change:
        if not await _is_first_time(ctx, change, requester, type_, txn_id):
            return
        if rows:
            await to_device.insert_to_device(
                change.conn, change.position, [(device.device_nid, json) for device, json in rows]
            )
            change.touch(Stream.TO_DEVICE, users={device.user_nid for device, _ in rows})
        if remote:
            await ctx.remote.enqueue(change, RemoteMessages(requester.user_id, type_, remote))


def _check(type_: str, txn_id: str, messages: Messages) -> None:
    if not 1 <= len(type_.encode()) <= MAX_TYPE_BYTES:
        raise InvalidParam(f"An event type has 1 to {MAX_TYPE_BYTES} bytes")
    if not 1 <= len(txn_id.encode()) <= MAX_TXN_ID_BYTES:
        raise InvalidParam(f"A transaction id has 1 to {MAX_TXN_ID_BYTES} bytes")
    if sum(len(devices) for devices in messages.values()) > MAX_MESSAGES:
        raise TooLarge(f"A request holds at most {MAX_MESSAGES} messages")


async def _devices_by_user(conn: Connection, user_nids: Sequence[int]) -> dict[int, list[Device]]:
    devices: dict[int, list[Device]] = defaultdict(list)
    if user_nids:
        for device in await to_device.select_devices(conn, user_nids, MAX_PENDING):
            devices[device.user_nid].append(device)
    return devices


def _messages_to_devices(
    sender: UserId,
    type_: str,
    messages: Messages,
    user_nids: dict[UserId, int],
    devices: dict[int, list[Device]],
) -> Iterator[tuple[Device, bytes]]:
    """Yield what each device gets: what is addressed to it, or else to all devices of its user."""
    for user_id, contents in messages.items():
        events = {
            device_id: _encode({"content": content, "sender": sender, "type": type_})
            for device_id, content in contents.items()
        }
        for device in devices.get(user_nids.get(user_id, 0), ()):
            event = events.get(device.device_id) or events.get(EVERY_DEVICE)
            if event is None:
                continue
            if device.pending >= MAX_PENDING:
                log.warning("to_device.dropped", user_id=user_id, device_id=device.device_id)
                continue
            yield device, event


def _encode(event: dict[str, object]) -> bytes:
    encoded = orjson.dumps(event)
    if len(encoded) > MAX_MESSAGE_BYTES:
        raise TooLarge(f"A message has at most {MAX_MESSAGE_BYTES} bytes")
    return encoded


async def _is_first_time(
    ctx: ToDeviceContext, change: Change, requester: Requester, type_: str, txn_id: str
) -> bool:
    """Note the transaction. Those without a device, as some application services, may repeat themselves."""
    if requester.device_nid is None:
        return True
    now_ms = ctx.clock.now_ms()
    await to_device.delete_txns_before(change.conn, requester.device_nid, now_ms - TXNS_KEPT_MS)
    return await to_device.insert_txn(change.conn, requester.device_nid, type_, txn_id, now_ms)
