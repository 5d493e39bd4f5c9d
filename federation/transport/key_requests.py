"""Fetching the keys of other servers: from themselves, and where they do not answer at once from notaries.

What bounds it: one question to a server at a time and not again for a while (`LEFT_ALONE_MS`, longer with
each failure; for those who ask us for the keys of others, `MAX_QUERIES` in that while), at most `MAX_AT_ONCE`
servers at a time and `MAX_WAITING` waiting for their turn.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from federation.errors import PeerFailed
from federation.ports.keys import ServerKey
from federation.protocol.ids import ServerName
from federation.transport.client import FederationClient
from federation.transport.coalesce import AgingCache, Coalesced
from federation.transport.limits import KEYS
from federation.transport.notaries import Notaries
from federation.transport.server_keys import BadServerKeys, read_server_keys

PATH: Final = "/_matrix/key/v2/server"
NOTARIES_AFTER_S: Final = 1.0
MAX_AT_ONCE: Final = 100
MAX_WAITING: Final = 2_000
MAX_REMEMBERED: Final = 20_000
LEFT_ALONE_MS: Final = 15_000
MAX_QUERIES: Final = 5
LONGEST_LEFT_ALONE_MS: Final = 3600 * 1000


@dataclass(frozen=True, slots=True)
class Fetched:
    """What asking for a server's keys came to: its keys, or in words why there are none.

    `directly` says that the server itself published them a moment ago.
    """

    keys: Sequence[ServerKey] = ()
    problem: str = ""
    directly: bool = False


class KeyRequests:
    """Asks for keys, whoever has them."""

    def __init__(self, client: FederationClient, notaries: Notaries, now_ms: Callable[[], int]) -> None:
        self._client = client
        self._notaries = notaries
        self._now_ms = now_ms
        self._direct = Coalesced(self._ask_directly, "keys of")
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._asked: AgingCache[ServerName, tuple[int, int]] = AgingCache(MAX_REMEMBERED, now_ms)
        self._queries: AgingCache[ServerName, tuple[int, int]] = AgingCache(MAX_REMEMBERED, now_ms)

    async def fetch(self, server: ServerName, wanted: Mapping[str, int], *, eager: bool) -> Fetched:
        """Return the keys of a server. `wanted` are the key IDs, each with the time it must be valid at.

        `eager` asks a server again that failed, but not in the last seconds: for one that speaks to us.
        """
        if self._is_left_alone(server, eager):
            return Fetched(problem="it was asked a short while ago")
        if len(self._direct) >= MAX_WAITING:
            return Fetched(problem="too many servers are being asked")
        fetched = await self._hedge(server, wanted)
        self._remember(server, failed=not fetched.keys)
        return fetched

    async def fetch_directly(self, server: ServerName) -> Fetched:
        """Return what a server itself publishes now, unless it was asked often in the last seconds."""
        if server not in self._direct and not self._count_query(server):
            return Fetched(problem="it was asked a short while ago")
        fetched = await self._direct.run(server)
        self._remember(server, failed=not fetched.keys)
        return fetched

    async def close(self) -> None:
        """Stop all questions."""
        await self._direct.close()
        await self._notaries.close()

    async def _hedge(self, server: ServerName, wanted: Mapping[str, int]) -> Fetched:
        """Ask the server; ask the notaries too where it takes its time. The first with keys counts."""
        direct = asyncio.create_task(self._direct.run(server), name=f"keys of {server}")
        by_notaries: asyncio.Task[Fetched] | None = None
        try:
            await asyncio.wait({direct}, timeout=NOTARIES_AFTER_S)
            if direct.done() and direct.result().keys:
                return direct.result()
            by_notaries = asyncio.create_task(self._ask_notaries(server, wanted), name="ask notaries")
            await asyncio.wait({direct, by_notaries}, return_when=asyncio.FIRST_COMPLETED)
            if direct.done() and direct.result().keys:
                return direct.result()
            found = await by_notaries
            return found if found.keys else await direct
        finally:
            for task in (direct, by_notaries):
                if task is not None:
                    task.cancel()

    async def _ask_notaries(self, server: ServerName, wanted: Mapping[str, int]) -> Fetched:
        return Fetched(await self._notaries.ask(server, wanted))

    async def _ask_directly(self, server: ServerName) -> Fetched:
        try:
            async with self._places:
                document = await self._client.get(server, PATH, limits=KEYS)
            return Fetched(read_server_keys(server, document, self._now_ms()), directly=True)
        except PeerFailed as error:
            return Fetched(problem=f"its keys cannot be fetched: {error.message}")
        except BadServerKeys as error:
            return Fetched(problem=f"the document of its keys cannot be used: {error}")

    def _is_left_alone(self, server: ServerName, eager: bool) -> bool:
        entry = self._asked.get(server)
        return entry is not None and (not eager or self._now_ms() < entry[0] + LEFT_ALONE_MS)

    def _count_query(self, server: ServerName) -> bool:
        """Count a question on somebody else's behalf. False where there have been too many."""
        now_ms = self._now_ms()
        began_ms, count = self._queries.get(server) or (now_ms, 0)
        if count >= MAX_QUERIES:
            return False
        self._queries.put(server, (began_ms, count + 1), began_ms + LEFT_ALONE_MS)
        return True

    def _remember(self, server: ServerName, *, failed: bool) -> None:
        _, failures = self._asked.get_expired(server) or (0, 0)
        failures = failures + 1 if failed else 0
        now_ms = self._now_ms()
        pause_ms = min(LEFT_ALONE_MS << min(failures, 16), LONGEST_LEFT_ALONE_MS)
        self._asked.put(server, (now_ms, failures), now_ms + pause_ms)
