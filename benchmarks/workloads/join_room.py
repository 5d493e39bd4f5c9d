"""Joining a room of 20,000 members from 500 servers, which lies on another server.

The first message is sent as soon as the join is answered. The memory is read until the member list is
complete.
"""

import asyncio
import time
from contextlib import suppress
from urllib.parse import quote

from benchmarks.homeserver import Account, Homeserver, RoomElsewhere
from benchmarks.load_client import Connection, RequestFailed
from benchmarks.matrix import CLIENT, send_message
from benchmarks.processes import resident_memory_mb
from benchmarks.workload import Figure, Plan, Workload

COMPLETE_LIMIT_S = 300
"""A member list that is not complete by then counts as complete at that time."""
LOOK_EVERY_S = 0.5


async def prepare(homeserver: Homeserver, plan: Plan) -> Account:
    """Register who will join."""
    return await homeserver.register("joiner")


async def measure(homeserver: Homeserver, joiner: Account, plan: Plan) -> dict[str, float]:
    """Join, send, and wait for the members."""
    room = homeserver.surroundings.large_room
    assert room is not None, "the runner makes the room"
    before_mb = resident_memory_mb(homeserver.process_ids())["rss_mb"]
    peak = _PeakMemory(homeserver)
    watching = asyncio.create_task(peak.watch())
    connection = Connection(homeserver.port)
    started = time.perf_counter()
    path = f"{CLIENT}/join/{quote(room.room_id)}?server_name={quote(room.via)}&via={quote(room.via)}"
    await connection.request("POST", path, joiner.access_token, {})
    joined_s = time.perf_counter() - started
    await send_message(connection, joiner, room.room_id, "first", "Hello")
    sent_s = time.perf_counter() - started
    with suppress(TimeoutError):
        await _wait_for_members(connection, joiner, room)
    complete_s = time.perf_counter() - started
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    connection.close()
    return {
        "joined_s": joined_s,
        "sent_s": sent_s,
        "complete_s": complete_s,
        "memory_mb": peak.mb - before_mb,
    }


async def _wait_for_members(connection: Connection, joiner: Account, room: RoomElsewhere) -> None:
    path = f"{CLIENT}/rooms/{quote(room.room_id)}/joined_members"
    async with asyncio.timeout(COMPLETE_LIMIT_S):
        while True:
            with suppress(RequestFailed):  # a server may refuse what it cannot tell yet
                answer = await connection.request("GET", path, joiner.access_token)
                if len(answer.json()["joined"]) == room.members + 1:
                    return
            await asyncio.sleep(LOOK_EVERY_S)


class _PeakMemory:
    """The most memory that the server's processes had while it was watched."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self.mb = 0.0

    async def watch(self) -> None:
        while True:
            with suppress(FileNotFoundError, ProcessLookupError):  # of a helper that ends at this moment
                self.mb = max(self.mb, resident_memory_mb(self._homeserver.process_ids())["rss_mb"])
            await asyncio.sleep(LOOK_EVERY_S / 5)


JOIN_ROOM = Workload(
    name="join_room",
    title="join a room of 20,000 members of 500 servers",
    figures=(
        Figure("joined_s", "until the join is answered", "s"),
        Figure("sent_s", "until the first message is sent", "s", aim=2),
        Figure("complete_s", f"until the member list is complete ({COMPLETE_LIMIT_S}: was not)", "s"),
        Figure("memory_mb", "memory at its peak, above before", "MB", aim=100),
    ),
    prepare=prepare,
    measure=measure,
    warm_up=False,
    repeat=False,
)
