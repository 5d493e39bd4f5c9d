"""Where the figures of the admin page come from: what the services count anyway."""

import os
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from homeserver.admin.figures import Progress, Reading
from homeserver.rooms.context import RoomsContext
from homeserver.search.context import SearchContext
from homeserver.sync.hub import Hub
from homeserver.tailer import Batch

MEMORY_FILE: Final = Path("/proc/self/statm")
MAX_JOINS_TOLD: Final = 50


def reader(rooms: RoomsContext, hub: Hub, search: SearchContext) -> Callable[[], Reading]:
    """Return what reads this worker's figures; messages and delays are those since the last reading."""
    messages = 0

    def count(batch: Batch) -> None:
        nonlocal messages
        messages += sum(event.key_nid is None for event in batch.events)

    def read() -> Reading:
        nonlocal messages
        taken, messages = messages, 0
        delays_s = list(hub.delays_s)
        hub.delays_s.clear()
        return Reading(taken, delays_s, hub.count_online(), memory_bytes(), [*_work(rooms, search)])

    rooms.tailer.subscribe(count)
    return read


def memory_bytes() -> int:
    """Return how much memory this process has; where the system does not say, the most that it has had."""
    try:
        pages = int(MEMORY_FILE.read_bytes().split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _work(rooms: RoomsContext, search: SearchContext) -> Iterator[Progress]:
    joins = list(rooms.gateway.joins.progress.items())[:MAX_JOINS_TOLD]
    for room_id, join in joins:
        yield Progress("partial_join", room_id, join.events, join.total)
    if search.index.behind:
        yield Progress("search_index", rooms.server_name, left=search.index.behind)
