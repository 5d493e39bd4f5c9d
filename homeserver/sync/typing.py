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
    if not request.filter.room.ephemeral.allows_type(TYPE):
        return
    typing = ctx.ephemeral.typing
    stamp = request.since.stamp if request.since is not None else 0
    for span in spans:
        users = typing.current(span.room_nid)
        if users or (
            not span.is_whole and typing.version(span.room_nid) > max(stamp, ctx.ephemeral.stamps.floor)
        ):
            if not span.is_whole and typing.version(span.room_nid) <= stamp:
                continue
            deltas[span.room_nid].ephemeral.append({"type": TYPE, "content": {"user_ids": users}})
