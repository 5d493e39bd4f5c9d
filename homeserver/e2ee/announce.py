"""Telling everybody who shares a room with a user that the user's devices or keys have changed.

A change costs the rooms and servers of its user, never their members: it is one row, which syncs find when
they are woken. Other servers get EDUs from the outbox. All in the transaction that makes the change.

Spec: https://spec.matrix.org/v1.19/server-server-api/#device-management
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.e2ee.keys_of_users import KeysOfUsers, with_signatures
from homeserver.json_types import JsonObject
from homeserver.storage import cross_signing, device_keys, device_lists
from homeserver.storage.cross_signing import SignaturesOfUser
from homeserver.storage.db import Connection
from homeserver.storage.device_keys import DeviceKeys
from homeserver.storage.edu_outbox import DEVICE_LIST_UPDATE, insert_edu
from homeserver.storage.positions import Change, Stream
from homeserver.storage.room_servers import select_servers_sharing_rooms
from homeserver.storage.users import select_user_ids

SIGNING_KEY_UPDATE: Final = "m.signing_key_update"


async def announce_devices(change: Change, user_nid: int, device_ids: Sequence[str]) -> None:
    """Note in a transaction that devices of a local user are new, different or gone."""
    last = await _note_change(change, user_nid, len(device_ids))
    user_id, servers = await _servers_to_tell(change.conn, user_nid)
    if servers:
        first = last - len(device_ids) + 1
        await _send_updates(
            change, servers, await _device_updates(change.conn, user_nid, user_id, device_ids, first)
        )


async def announce_arrival(change: Change, user_nid: int, room_nid: int, own: ServerName) -> None:
    """Tell of a local user's devices those servers of a room that the user has just met there."""
    devices = await device_keys.select_device_keys(change.conn, [user_nid])
    if not devices:
        return
    servers = await device_lists.select_new_servers(change.conn, user_nid, room_nid, own)
    if not servers:
        return
    device_ids = [device.device_id for device in devices]
    last = await device_lists.count_updates(change.conn, user_nid, len(device_ids))
    user_id = (await select_user_ids(change.conn, [user_nid]))[user_nid]
    first = last - len(device_ids) + 1
    await _send_updates(
        change, servers, await _device_updates(change.conn, user_nid, user_id, device_ids, first)
    )
    change.touch(Stream.DEVICE_LISTS)


async def announce_signing_keys(change: Change, user_nid: int) -> None:
    """Note in a transaction that a local user's public cross-signing keys, or signatures on them, changed."""
    await _note_change(change, user_nid, 0)
    user_id, servers = await _servers_to_tell(change.conn, user_nid)
    if servers:
        edu = await _signing_keys(change.conn, user_nid, user_id)
        await insert_edu(change.conn, servers, SIGNING_KEY_UPDATE, edu, user_id)


async def announce_remote_user(change: Change, user_nid: int) -> None:
    """Note in a transaction that the devices or keys of another server's user have changed."""
    await _note_change(change, user_nid, 0)


async def announce_privately(change: Change, viewer_nid: int, user_nids: Sequence[int]) -> None:
    """Note in a transaction that what one user sees of others' keys has changed."""
    await device_lists.upsert_private_changes(change.conn, change.position, viewer_nid, user_nids)
    change.touch(Stream.DEVICE_LISTS, users=[viewer_nid])


async def _send_updates(change: Change, servers: Sequence[ServerName], edus: Sequence[JsonObject]) -> None:
    for edu in edus:
        key = f"{edu['user_id']} {edu['device_id']}"
        await insert_edu(change.conn, servers, DEVICE_LIST_UPDATE, edu, key)


async def _device_updates(
    conn: Connection, user_nid: int, user_id: UserId, device_ids: Sequence[str], first_stream_id: int
) -> list[JsonObject]:
    """Return the EDUs that tell other servers of devices: each names the one before it."""
    devices = await device_keys.select_devices_to_announce(conn, user_nid, device_ids)
    signatures = (await cross_signing.select_signatures(conn, [user_nid])).get(user_nid, {})
    return [
        {
            "user_id": user_id,
            "device_id": device_id,
            "stream_id": stream_id,
            "prev_id": [stream_id - 1],
            **_describe(devices.get(device_id), signatures),
        }
        for stream_id, device_id in enumerate(device_ids, first_stream_id)
    ]


async def _note_change(change: Change, user_nid: int, updates: int) -> int:
    rooms = await device_lists.select_joined_rooms(change.conn, user_nid)
    change.touch(Stream.DEVICE_LISTS, rooms=rooms, users=[user_nid])
    return await device_lists.upsert_change(change.conn, change.position, user_nid, updates)


async def _servers_to_tell(conn: Connection, user_nid: int) -> tuple[UserId, list[ServerName]]:
    user_id = (await select_user_ids(conn, [user_nid]))[user_nid]
    servers = await select_servers_sharing_rooms(conn, [user_nid], server_name_of(user_id))
    return user_id, servers.get(user_nid, [])


def _describe(device: DeviceKeys | None, signatures: SignaturesOfUser) -> JsonObject:
    if device is None:
        return {"deleted": True}
    described: JsonObject = {}
    if device.display_name is not None:
        described["device_display_name"] = device.display_name
    if device.keys is not None:
        described["keys"] = with_signatures(device.keys, signatures.get(device.device_id))
    return described


async def _signing_keys(conn: Connection, user_nid: int, user_id: UserId) -> JsonObject:
    keys = (await cross_signing.select_cross_signing_keys(conn, [user_nid])).get(user_nid, {})
    signatures = (await cross_signing.select_signatures(conn, [user_nid])).get(user_nid, {})
    shown = KeysOfUsers()
    shown.add_cross_signing(user_id, keys, signatures)
    edu: JsonObject = {"user_id": user_id}
    if user_id in shown.master_keys:
        edu["master_key"] = shown.master_keys[user_id]
    if user_id in shown.self_signing_keys:
        edu["self_signing_key"] = shown.self_signing_keys[user_id]
    return edu
