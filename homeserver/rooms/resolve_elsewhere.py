"""State resolution in a process of its own, for conflicts so large that they would hold everybody up.

The process is started for one resolution and ends with it; what takes too long is killed.
"""

import asyncio
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from federation.protocol.errors import ResolutionTooLarge
from federation.protocol.ids import EventId, RoomId
from federation.protocol.pdu import Pdu, pdu_from_stored
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.protocol.state_resolution import resolve

MAX_SECONDS: Final = 60.0
MAX_EVENTS: Final = 200_000

StateMap = Mapping[tuple[str, str], EventId]


@dataclass(frozen=True, slots=True)
class Problem:
    """States to be resolved, and the events that this takes."""

    version: RoomVersion
    room_id: RoomId
    states: Sequence[StateMap]
    pdus: Sequence[Pdu]
    rejected: Sequence[EventId]
    auth_difference: Sequence[EventId]

    def solve(self, algorithm: Callable[..., dict[tuple[str, str], EventId]]) -> StateMap:
        """Resolve the states, here and now."""
        events = {pdu.event_id: pdu for pdu in self.pdus}
        return algorithm(
            self.version, self.states, events, set(self.rejected), auth_difference=set(self.auth_difference)
        )


async def resolve_elsewhere(problem: Problem, *, max_seconds: float = MAX_SECONDS) -> StateMap:
    """Resolve states in another process.

    Raises: ResolutionTooLarge, also where it takes longer than `max_seconds`.
    """
    if len(problem.pdus) > MAX_EVENTS:
        raise ResolutionTooLarge(f"{len(problem.pdus)} events, more than {MAX_EVENTS}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(max_seconds):
            answer, _ = await process.communicate(_packed(problem))
    except TimeoutError as error:
        raise ResolutionTooLarge(f"not done after {max_seconds} seconds") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ResolutionTooLarge("the resolving process failed")
    return cast(StateMap, pickle.loads(answer))


def _packed(problem: Problem) -> bytes:
    return pickle.dumps(
        (
            problem.version.identifier, problem.room_id, problem.states,
            [(pdu.event_id, pdu.canonical) for pdu in problem.pdus], problem.rejected,
            problem.auth_difference,
        )
    )  # fmt: skip


def main() -> None:
    """Read a problem from standard input, and write what it resolves to."""
    identifier, room_id, states, stored, rejected, difference = pickle.load(sys.stdin.buffer)
    version = ROOM_VERSIONS[identifier]
    pdus = [pdu_from_stored(version, canonical, event_id, room_id) for event_id, canonical in stored]
    resolved = Problem(version, room_id, states, pdus, rejected, difference).solve(resolve)
    sys.stdout.buffer.write(pickle.dumps(resolved))


if __name__ == "__main__":
    main()
