"""Carry what a user keeps for a room over to the room that replaces it."""

from typing import Final

from homeserver.client_data.context import ClientDataContext
from homeserver.storage import account_data
from homeserver.storage.positions import Stream

COPIED: Final = frozenset({"m.tag"})


async def copy_room_data(ctx: ClientDataContext, user_nid: int, old_room_nid: int, new_room_nid: int) -> None:
    """Give an upgraded room the tags of its predecessor, unless it has some already."""
    async with ctx.positions.write() as change:
        upto = change.position
        rooms = [old_room_nid, new_room_nid]
        found = await account_data.select_account_data_of_rooms(change.conn, user_nid, rooms, upto)
        present = {data.type for data in found.get(new_room_nid, [])}
        for data in found.get(old_room_nid, []):
            if data.type in COPIED - present:
                await account_data.upsert_account_data(
                    change.conn, change.position, user_nid, new_room_nid, data.type, data.content
                )
                change.touch(Stream.ACCOUNT_DATA, users=[user_nid])
