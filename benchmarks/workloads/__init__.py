"""Every workload, in the order in which they run on one server."""

from typing import Any

from benchmarks.workload import Workload
from benchmarks.workloads.back_pagination import BACK_PAGINATION
from benchmarks.workloads.cold_start import COLD_START
from benchmarks.workloads.create_room import CREATE_ROOM
from benchmarks.workloads.delivery import DELIVERY
from benchmarks.workloads.initial_sync import INITIAL_SYNC
from benchmarks.workloads.join_room import JOIN_ROOM
from benchmarks.workloads.large_room import LARGE_ROOM
from benchmarks.workloads.memory_after_load import MEMORY_AFTER_LOAD
from benchmarks.workloads.memory_idle import MEMORY_IDLE
from benchmarks.workloads.sends import SENDS
from benchmarks.workloads.sliding_sync import SLIDING_SYNC

# Each prepares its own kind of state, hence the Any: the runner only hands it from `prepare` to `measure`.
WORKLOADS: tuple[Workload[Any], ...] = (
    MEMORY_IDLE,
    SENDS,
    DELIVERY,
    INITIAL_SYNC,
    SLIDING_SYNC,
    CREATE_ROOM,
    BACK_PAGINATION,
    MEMORY_AFTER_LOAD,
    COLD_START,
    JOIN_ROOM,
    LARGE_ROOM,
)
