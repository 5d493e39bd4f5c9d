"""Turns messages for users' devices into what each device of this server will be given."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import orjson
import structlog

from federation.protocol.ids import UserId
from homeserver.e2ee.to_device_context import Messages
from homeserver.errors import TooLarge
from homeserver.storage import to_device
from homeserver.storage.db import Connection
from homeserver.storage.positions import Change, Stream
from homeserver.storage.to_device import Device

log = structlog.get_logger(__name__)

EVERY_DEVICE: Final = "*"
MAX_MESSAGES: Final = 2_000
"""How many messages one request may hold, and to how many local devices it may lead."""

MAX_MESSAGE_BYTES: Final = 65_536
MAX_PENDING: Final = 20_000
"""How many messages wait for a device that never fetches them; further ones are dropped."""


async def messages_to_devices(
    conn: Connection, sender: UserId, type_: str, messages: Messages, user_nids: Mapping[UserId, int]
) -> list[tuple[Device, bytes]]:
    """Return what each device gets: what is addressed to it, or else to all devices of its user.

    Raises: TooLarge.
    """
    devices = await _devices_by_user(conn, sorted(user_nids.values()))
    rows = list(_each(sender, type_, messages, user_nids, devices))
    if len(rows) > MAX_MESSAGES:
        raise TooLarge(f"A request may lead to at most {MAX_MESSAGES} devices")
    return rows


async def store_messages(change: Change, rows: Sequence[tuple[Device, bytes]]) -> None:
    """Store messages in a transaction, and wake those they are for."""
    if rows:
        encoded = [(device.device_nid, json) for device, json in rows]
        await to_device.insert_to_device(change.conn, change.position, encoded)
        change.touch(Stream.TO_DEVICE, users={device.user_nid for device, _ in rows})


async def _devices_by_user(conn: Connection, user_nids: Sequence[int]) -> dict[int, list[Device]]:
    devices: dict[int, list[Device]] = defaultdict(list)
    if user_nids:
        for device in await to_device.select_devices(conn, user_nids, MAX_PENDING):
            devices[device.user_nid].append(device)
    return devices


def _each(
    sender: UserId,
    type_: str,
    messages: Messages,
    user_nids: Mapping[UserId, int],
    devices: Mapping[int, Sequence[Device]],
) -> Iterator[tuple[Device, bytes]]:
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
