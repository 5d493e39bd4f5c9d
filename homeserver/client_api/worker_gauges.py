"""What this worker is at, for /metrics."""

from collections.abc import Iterator

from homeserver.fanout.ports import Fanout
from homeserver.http.gauges import Sample
from homeserver.rooms.context import RoomsContext
from homeserver.sync.hub import Hub


def worker_samples(rooms: RoomsContext, hub: Hub, fanout: Fanout) -> Iterator[Sample]:
    """Yield who is connected, how far this worker has read, and what it has before it."""
    yield Sample("sync_users", "Users who are connected to this worker.", hub.count_online())
    yield Sample("position", "Up to where this worker has read the position log.", rooms.tailer.applied)
    yield Sample("commit_queue_length", "Events that wait to be committed.", rooms.commits.length)
    yield Sample("contended_rooms", "Rooms that other workers write in, too.", rooms.commits.contended_rooms)
    yield Sample("fanout_company", "Whether this worker hears other ones.", float(fanout.has_company))
