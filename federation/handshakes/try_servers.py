"""Ask several servers in turn, until one helps."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

import structlog

from federation.errors import PeerFailed, PeerRefused
from federation.protocol.ids import InvalidIdentifier, RoomId, ServerName, parse_server_name, server_name_of

log = structlog.get_logger(__name__)

MAX_SERVERS: Final = 10
"""How many are asked at most: whoever waits has a limit too."""

Answer = TypeVar("Answer")


class NobodyHelped(Exception):
    """No server did what was asked. `failures` are in the order of asking; empty where nobody was asked."""

    def __init__(self, failures: Sequence[PeerFailed]) -> None:
        super().__init__("; ".join(map(str, failures)) or "there is no server to ask")
        self.failures = failures

    @property
    def refusal(self) -> PeerRefused | None:
        """The refusal that tells most: one of the user rather than of the server that was asked."""
        refusals = [failure for failure in self.failures if isinstance(failure, PeerRefused)]
        return min(refusals, key=_rank, default=None)


def candidates(own: ServerName, room_id: RoomId | None, *hints: Iterable[str]) -> list[ServerName]:
    """Return the servers to ask, those of the first hints first, the one that a room id names last.

    What is no server name is left out, and so is our own.
    """
    found: dict[ServerName, None] = {}
    for text in (text for hint in hints for text in hint):
        try:
            found[parse_server_name(text)] = None
        except InvalidIdentifier:
            continue
    found.pop(own, None)
    chosen = list(found)[: MAX_SERVERS - 1]
    if room_id is not None and ":" in room_id and (named := server_name_of(room_id)) not in (own, *chosen):
        chosen.append(named)
    return chosen


async def try_servers(
    servers: Iterable[ServerName], ask: Callable[[ServerName], Awaitable[Answer]]
) -> Answer:
    """Return the first answer. Raises NobodyHelped."""
    failures: list[PeerFailed] = []
    for server in servers:
        try:
            return await ask(server)
        except PeerFailed as failure:
            log.info("handshake.server_did_not_help", server=server, reason=str(failure)[:500])
            failures.append(failure)
    raise NobodyHelped(failures)


def _rank(refusal: PeerRefused) -> int:
    if refusal.status == 403:
        return 0
    return 1 if refusal.status == 400 else 2
