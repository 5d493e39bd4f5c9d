"""Typing in a sync.

Spec: https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
"""

from collections.abc import Mapping, Sequence

from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest
from homeserver.sync.spans import Span

TYPE = "m.typing"


def add_typing(
    ctx: SyncContext, request: SyncRequest, spans: Sequence[Span], deltas: Mapping[int, RoomDelta]
) -> None:
    """Add who types now, in rooms where that has changed; a room shown whole only where somebody does."""
    allowed = request.filter.room.ephemeral
    if not allowed.allows_type(TYPE):
        return
    typing = ctx.ephemeral.typing
    stamp = request.since.stamp if request.since is not None else 0
    for span in spans:
        users, version = typing.current(span.room_nid), typing.version(span.room_nid)
        changed = version > (stamp if users else max(stamp, ctx.ephemeral.stamps.floor))
        shown = bool(users) if span.is_whole else changed
        if shown and allowed.allows_room(deltas[span.room_nid].room.room_id):
            deltas[span.room_nid].ephemeral.append({"type": TYPE, "content": {"user_ids": users}})
