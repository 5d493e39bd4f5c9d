"""Carry what a user keeps for a room over to the room that replaces it."""

from typing import Final

import orjson

from federation.protocol.ids import RoomId
from homeserver.client_data.context import ClientDataContext
from homeserver.push.copy_room_rules import copy_room_rules
from homeserver.storage import account_data
from homeserver.storage.account_data import GLOBAL
from homeserver.storage.positions import Change, Stream
from homeserver.storage.rooms import Room

COPIED: Final = frozenset({"m.tag"})
DIRECT: Final = "m.direct"


async def copy_room_data(ctx: ClientDataContext, user_nid: int, old: Room, new: Room) -> None:
    """Give an upgraded room its predecessor's tags and push rules, unless it has some, and `m.direct` place.

    Done twice it changes nothing.
    """
    async with ctx.positions.write() as change:
        await _copy_tags(change, user_nid, old.nid, new.nid)
        await copy_room_rules(change, user_nid, old.room_id, new.room_id)
        direct = await account_data.select_content(change.conn, user_nid, GLOBAL, DIRECT)
        renewed = None if direct is None else add_to_direct(direct, old.room_id, new.room_id)
        if renewed is not None:
            await _write(change, user_nid, GLOBAL, DIRECT, renewed)


def add_to_direct(content: bytes, old: RoomId, new: RoomId) -> bytes | None:
    """Return `m.direct` with the new room wherever the old one is listed; None where nothing changes."""
    rooms_by_user = orjson.loads(content)
    changed = False
    for rooms in rooms_by_user.values():
        if isinstance(rooms, list) and old in rooms and new not in rooms:
            rooms.append(new)
            changed = True
    return orjson.dumps(rooms_by_user) if changed else None


async def _copy_tags(change: Change, user_nid: int, old_nid: int, new_nid: int) -> None:
    found = await account_data.select_account_data_of_rooms(
        change.conn, user_nid, [old_nid, new_nid], change.position
    )
    present = {data.type for data in found.get(new_nid, [])}
    for data in found.get(old_nid, []):
        if data.type in COPIED - present:
            await _write(change, user_nid, new_nid, data.type, data.content)


async def _write(change: Change, user_nid: int, room_nid: int, type_: str, content: bytes) -> None:
    await account_data.upsert_account_data(change.conn, change.position, user_nid, room_nid, type_, content)
    change.touch(Stream.ACCOUNT_DATA, users=[user_nid])
