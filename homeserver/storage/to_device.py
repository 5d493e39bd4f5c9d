"""Messages to single devices, kept until the device has acknowledged them."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

SELECT_DEVICES = """
SELECT user_nid, device_nid, device_id, (
    SELECT count(*) FROM (SELECT 1 FROM to_device t WHERE t.device_nid = d.device_nid LIMIT $2) AS pending
) AS pending
FROM devices d WHERE user_nid = ANY ($1::bigint[]) ORDER BY device_nid
"""
INSERT_TO_DEVICE = """
INSERT INTO to_device (device_nid, position, json)
SELECT w.device, $1, w.json FROM unnest($2::bigint[], $3::bytea[]) AS w(device, json)
JOIN devices d ON d.device_nid = w.device
"""
INSERT_TXN = """
INSERT INTO to_device_txns (device_nid, type, txn_id, created_ts) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""
INSERT_RECEIVED = """
INSERT INTO to_device_received (origin, message_id, received_ts) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
DELETE_RECEIVED_BEFORE = "DELETE FROM to_device_received WHERE received_ts < $1"
DELETE_TXNS_BEFORE = "DELETE FROM to_device_txns WHERE device_nid = $1 AND created_ts < $2"
SELECT_TO_DEVICE = """
SELECT position, ordinal, json FROM to_device
WHERE device_nid = $1 AND position > $2 AND position <= $3 ORDER BY position, ordinal LIMIT $4
"""
UPDATE_PUT_OFF = """
UPDATE to_device t SET position = $1, ordinal = w.place
FROM (
    SELECT position, ordinal, row_number() OVER (ORDER BY position, ordinal) AS place
    FROM to_device WHERE device_nid = $2 AND (position, ordinal) > ($3, $4)
) AS w
WHERE t.device_nid = $2 AND t.position = w.position AND t.ordinal = w.ordinal
"""
DELETE_TO_DEVICE = "DELETE FROM to_device WHERE device_nid = $1 AND position <= $2"
SELECT_TO_DEVICE_AFTER = """
SELECT position, ordinal, json FROM to_device
WHERE device_nid = $1 AND (position, ordinal) > ($2, $3) AND position <= $4
ORDER BY position, ordinal LIMIT $5
"""
DELETE_TO_DEVICE_UPTO = "DELETE FROM to_device WHERE device_nid = $1 AND (position, ordinal) <= ($2, $3)"


@dataclass(frozen=True, slots=True)
class Device:
    """A device that messages may go to; `pending` counts those it has not fetched, up to a bound."""

    user_nid: int
    device_nid: int
    device_id: str
    pending: int


@dataclass(frozen=True, slots=True)
class ToDeviceMessage:
    """A message as its device will get it; `json` is the whole event."""

    position: int
    ordinal: int
    json: bytes


async def select_devices(conn: Connection, user_nids: Sequence[int], max_pending: int) -> list[Device]:
    """Return the devices of users; `pending` is counted up to `max_pending`."""
    return [Device(*row) for row in await conn.fetch(SELECT_DEVICES, user_nids, max_pending)]


async def insert_to_device(conn: Connection, position: int, messages: Sequence[tuple[int, bytes]]) -> None:
    """Store one message for each device; devices deleted meanwhile are passed over."""
    await conn.execute(INSERT_TO_DEVICE, position, [m[0] for m in messages], [m[1] for m in messages])


async def insert_txn(conn: Connection, device_nid: int, type_: str, txn_id: str, now_ms: int) -> bool:
    """Note a device's transaction; False where it was noted before."""
    return (await conn.execute(INSERT_TXN, device_nid, to_text(type_), to_text(txn_id), now_ms)).endswith("1")


async def delete_txns_before(conn: Connection, device_nid: int, created_ts: int) -> None:
    await conn.execute(DELETE_TXNS_BEFORE, device_nid, created_ts)


async def insert_received(conn: Connection, origin: ServerName, message_id: str, now_ms: int) -> bool:
    """Note a message that another server delivered; False where it was noted before."""
    return (await conn.execute(INSERT_RECEIVED, origin, to_text(message_id), now_ms)).endswith("1")


async def delete_received_before(conn: Connection, received_ts: int) -> None:
    """Forget messages of other servers that nobody sends any more."""
    await conn.execute(DELETE_RECEIVED_BEFORE, received_ts)


async def select_to_device(
    conn: Connection, device_nid: int, since: int, upto: int, limit: int
) -> list[ToDeviceMessage]:
    """Return the first messages of a span of positions, in order of arrival."""
    return [
        ToDeviceMessage(*row) for row in await conn.fetch(SELECT_TO_DEVICE, device_nid, since, upto, limit)
    ]


async def put_off_to_device(conn: Connection, position: int, device_nid: int, after: ToDeviceMessage) -> bool:
    """Move all messages behind `after` to a new position, in their order; say whether there were any.

    What is moved is not acknowledged by tokens older than the new position.
    """
    status = await conn.execute(UPDATE_PUT_OFF, position, device_nid, after.position, after.ordinal)
    return not status.endswith(" 0")


async def delete_to_device(conn: Connection, device_nid: int, upto: int) -> None:
    """Drop the messages that a device has acknowledged."""
    await conn.execute(DELETE_TO_DEVICE, device_nid, upto)


async def select_to_device_after(
    conn: Connection, device_nid: int, after: tuple[int, int], upto: int, limit: int
) -> list[ToDeviceMessage]:
    """Return the first messages behind a place, which is a position and an ordinal, up to a position."""
    rows = await conn.fetch(SELECT_TO_DEVICE_AFTER, device_nid, *after, upto, limit)
    return [ToDeviceMessage(*row) for row in rows]


async def delete_to_device_upto(conn: Connection, device_nid: int, place: tuple[int, int]) -> None:
    """Drop the messages that a device has acknowledged, up to a place."""
    await conn.execute(DELETE_TO_DEVICE_UPTO, device_nid, *place)
