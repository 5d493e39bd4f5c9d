"""Tags of a room: one `m.tag` in its account data, changed a tag at a time.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-tagging
"""

from collections.abc import Callable
from typing import Any, Final

import orjson

from federation.protocol.ids import RoomId
from homeserver.client_data.context import ClientDataContext
from homeserver.client_data.put_account_data import check_room_for_type, own_room
from homeserver.errors import BadJson, Forbidden, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.storage import account_data
from homeserver.storage.positions import Stream

TAG: Final = "m.tag"
MAX_TAG_BYTES: Final = 255
MAX_TAGS: Final = 100
MAX_TAG_CONTENT_BYTES: Final = 4_096

Tags = dict[str, Any]


async def put_tag(
    ctx: ClientDataContext, user_nid: int, room_id: RoomId, tag: str, content: JsonObject
) -> None:
    """Add a tag to a room, or change it.

    Raises: Forbidden for a foreign room or too many tags; BadJson for a wrong `order`; InvalidParam.
    """
    if not 1 <= len(tag.encode()) <= MAX_TAG_BYTES:
        raise InvalidParam(f"A tag has 1 to {MAX_TAG_BYTES} bytes")
    check_tag_content(content)

    def add(tags: Tags) -> Tags:
        if tag not in tags and len(tags) >= MAX_TAGS:
            raise Forbidden(f"A room can have at most {MAX_TAGS} tags")
        return {**tags, tag: content}

    await _change_tags(ctx, user_nid, room_id, add)


async def delete_tag(ctx: ClientDataContext, user_nid: int, room_id: RoomId, tag: str) -> None:
    """Remove a tag from a room; one that is not there changes nothing.

    Raises: Forbidden for a foreign room.
    """

    def remove(tags: Tags) -> Tags:
        return {name: content for name, content in tags.items() if name != tag}

    await _change_tags(ctx, user_nid, room_id, remove)


async def get_tags(ctx: ClientDataContext, user_nid: int, room_id: RoomId) -> Tags:
    """Return the tags of a room, with the content of each.

    Raises: Forbidden for a foreign room.
    """
    room_nid = await own_room(ctx, user_nid, room_id)
    async with ctx.db.acquire() as conn:
        return _tags_in(await account_data.select_content(conn, user_nid, room_nid, TAG))


def check_tag_content(content: JsonObject) -> None:
    """Refuse an `order` that is not a number from 0 to 1.

    Raises: BadJson.
    """
    order = content.get("order")
    if order is not None and (
        isinstance(order, bool) or not isinstance(order, int | float) or not 0 <= order <= 1
    ):
        raise BadJson("order is a number from 0 to 1")
    if len(orjson.dumps(content)) > MAX_TAG_CONTENT_BYTES:
        raise BadJson(f"The content of a tag has at most {MAX_TAG_CONTENT_BYTES} bytes")


async def _change_tags(
    ctx: ClientDataContext, user_nid: int, room_id: RoomId, edit: Callable[[Tags], Tags]
) -> None:
    room_nid = await own_room(ctx, user_nid, room_id)
    async with ctx.positions.write() as change:
        before = _tags_in(await account_data.select_content(change.conn, user_nid, room_nid, TAG))
        after = edit(before)
        if after == before:
            return
        await check_room_for_type(change.conn, user_nid, room_nid, TAG)
        content = orjson.dumps({"tags": after})
        await account_data.upsert_account_data(change.conn, change.position, user_nid, room_nid, TAG, content)
        change.touch(Stream.ACCOUNT_DATA, users=[user_nid])


def _tags_in(content: bytes | None) -> Tags:
    tags = orjson.loads(content).get("tags") if content is not None else None
    return tags if isinstance(tags, dict) else {}
