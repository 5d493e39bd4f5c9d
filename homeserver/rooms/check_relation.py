"""Refuse relations that no client should make.

Spec: https://spec.matrix.org/v1.19/client-server-api/#validation-of-mthread-relationships,
https://spec.matrix.org/v1.19/client-server-api/#avoiding-duplicate-annotations
"""

from federation.protocol.ids import EventId, RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import known_room
from homeserver.storage.relations import Annotation, select_has_annotation, select_has_relation
from homeserver.storage.rooms import Room


async def check_relation(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, type_: str, content: JsonObject, txn_id: str
) -> None:
    """Refuse to start a thread at an event that relates to another, and to annotate twice alike.

    A repetition of a transaction is no second annotation.

    Raises: MatrixError 400 M_UNKNOWN, 400 M_DUPLICATE_ANNOTATION; Forbidden for an unknown room.
    """
    relates_to = content.get("m.relates_to")
    if not isinstance(relates_to, dict):
        return
    parent_id, rel_type, key = relates_to.get("event_id"), relates_to.get("rel_type"), relates_to.get("key")
    if not isinstance(parent_id, str):
        return
    if rel_type == "m.thread":
        await _check_thread(ctx, await known_room(ctx, room_id), EventId(parent_id))
    elif rel_type == "m.annotation" and isinstance(key, str):
        room = await known_room(ctx, room_id)
        await _check_annotation(
            ctx,
            Annotation(
                EventId(parent_id), room.nid, key, requester.user_nid, type_, requester.txn_scope, txn_id
            ),
        )


async def _check_thread(ctx: RoomsContext, room: Room, root_id: EventId) -> None:
    async with ctx.db.acquire() as conn:
        if await select_has_relation(conn, room.nid, root_id):
            raise MatrixError("M_UNKNOWN", 400, "A thread cannot start at an event that relates to another")


async def _check_annotation(ctx: RoomsContext, annotation: Annotation) -> None:
    async with ctx.db.acquire() as conn:
        if await select_has_annotation(conn, annotation):
            raise MatrixError("M_DUPLICATE_ANNOTATION", 400, "You have annotated the event like this already")
