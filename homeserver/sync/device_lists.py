"""Changes of others' devices in a sync, and whether one's own one-time keys were used.

The caches say whether anything of the kind has moved: where people only talk, nothing is asked.

Spec: https://spec.matrix.org/v1.19/client-server-api/#e2e-extensions-to-sync
"""

from collections.abc import Mapping

from homeserver.e2ee.device_list_delta import DeviceListDelta, DeviceListSpan, load_device_list_delta
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest
from homeserver.sync.last_changes import MEMBERS

NOTHING = DeviceListDelta()


async def load_device_lists(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], upto: int
) -> DeviceListDelta:
    """Return whose devices the viewer's devices have to look up again; nothing in a first sync."""
    if request.since is None:
        return NOTHING
    viewer_nid, since = request.viewer.user_nid, request.since.position
    if not ctx.changes.of_anybody(since) & (Stream.DEVICE_LISTS | MEMBERS):
        return NOTHING
    moved, looked_at = ctx.changes.of_user(viewer_nid, since) & Stream.DEVICE_LISTS, []
    for nid, room in rooms.items():
        if room.membership == "join":
            changed = ctx.changes.of_room(nid, since)
            moved |= changed & Stream.DEVICE_LISTS
            if changed & MEMBERS:
                looked_at.append(nid)
        elif room.position > since:
            looked_at.append(nid)
    if not (moved or looked_at):
        return NOTHING
    span = DeviceListSpan(viewer_nid, since, upto)
    async with ctx.rooms.db.acquire() as conn:
        return await load_device_list_delta(conn, span, rooms, looked_at)


def have_counts_moved(ctx: SyncContext, request: SyncRequest) -> bool:
    """Tell whether the viewer's devices may have other one-time keys left than the last sync said."""
    if request.since is None:
        return False
    return bool(ctx.changes.of_user(request.viewer.user_nid, request.since.position) & Stream.KEY_COUNTS)
