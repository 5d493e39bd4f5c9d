"""Receipts in a sync.

Spec: https://spec.matrix.org/v1.19/client-server-api/#receipts
"""

from collections.abc import Collection, Mapping, Sequence

from federation.protocol.ids import UserId
from homeserver.ephemeral.receipt_contents import build_receipt_contents
from homeserver.storage.db import Connection
from homeserver.storage.positions import Stream
from homeserver.storage.receipts import StoredReceipt, select_newest_receipts, select_receipts
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest
from homeserver.sync.spans import Span

TYPE = "m.receipt"
MAX_RECEIPTS_OF_ROOM = 100
"""How many of the newest receipts a room shown whole comes with."""


def has_receipts(ctx: SyncContext, request: SyncRequest, span: Span) -> bool:
    """Whether there may be receipts to show."""
    if not request.filter.room.ephemeral.allows_type(TYPE):
        return False
    if span.is_whole:
        return True
    own = ctx.changes.of_user(request.viewer.user_nid, span.since)
    return bool((ctx.changes.of_room(span.room_nid, span.since) | own) & Stream.RECEIPTS)


async def load_receipts(
    conn: Connection, request: SyncRequest, spans: Sequence[Span]
) -> dict[int, list[StoredReceipt]]:
    """Return, per room, what was read since; the newest of a room that is shown whole."""
    whole = [span for span in spans if span.is_whole]
    part = [span for span in spans if not span.is_whole]
    found: dict[int, list[StoredReceipt]] = {}
    viewer_nid = request.viewer.user_nid
    if whole:
        nids = [span.room_nid for span in whole]
        found |= await select_newest_receipts(conn, nids, whole[0].upto, viewer_nid, MAX_RECEIPTS_OF_ROOM)
    if part:
        nids = [span.room_nid for span in part]
        found |= await select_receipts(conn, nids, part[0].since, part[0].upto, viewer_nid)
    return found


def add_receipts(
    found: Mapping[int, Sequence[StoredReceipt]], ignored: Collection[UserId], deltas: Mapping[int, RoomDelta]
) -> None:
    """Add receipts to their rooms, but for those of users whom the viewer ignores."""
    for room_nid, receipts in found.items():
        shown = (receipt for receipt in receipts if receipt.user_id not in ignored)
        events = [{"type": TYPE, "content": content} for content in build_receipt_contents(shown)]
        deltas[room_nid].ephemeral += events
