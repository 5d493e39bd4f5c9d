"""The keys that requests and events of other servers are checked with.

A key is looked for in memory, in the store, then at its server and the notaries. It counts only for what was
signed while it was valid.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from federation.ports.keys import KeyName, KeyStore, ServerKey
from federation.protocol.ids import ServerName
from federation.transport.coalesce import AgingCache
from federation.transport.key_requests import Fetched, KeyRequests
from federation.transport.own_keys import OwnKeys
from federation.transport.server_keys import INSECURE_KEYS, is_key_id

MAX_IN_MEMORY: Final = 10_000
IN_MEMORY_MS: Final = 3600 * 1000
SERVERS_AT_ONCE: Final = 500
MAX_DOCUMENTS_FETCHED: Final = 100
DOCUMENTS_WITHIN_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Keys of a server, all where none is named, and the time until which they should be valid."""

    until_ms: int
    key_ids: frozenset[str] = frozenset()

    def is_about(self, key: ServerKey) -> bool:
        """Tell whether a key is one of those that are wanted."""
        return not self.key_ids or key.key_id in self.key_ids


@dataclass(frozen=True, slots=True)
class KeyQuery:
    """A key, and the time in milliseconds at which it must have been valid; 0 where that does not matter."""

    server: ServerName
    key_id: str
    valid_at_ms: int


class KeyUnknown(Exception):
    """There is no such key, or it was not valid at the time; `reason` says more."""

    def __init__(self, server: ServerName, key_id: str, reason: str) -> None:
        super().__init__(f"{key_id} of {server}: {reason}")
        self.reason = reason


class Keyring:
    """Finds public keys."""

    def __init__(
        self,
        own: OwnKeys,
        store: KeyStore,
        requests: KeyRequests,
        now_ms: Callable[[], int],
        permit: Callable[[ServerName], bool] = lambda server: True,
    ) -> None:
        """`permit` says which servers are talked with; events of others are still checked."""
        self.own = own
        self.permit = permit
        self.now_ms = now_ms
        self._store = store
        self._requests = requests
        self._memory: AgingCache[KeyName, ServerKey] = AgingCache(MAX_IN_MEMORY, now_ms)

    async def public_key(self, server: ServerName, key_id: str, *, valid_at_ms: int) -> bytes:
        """Return the key of a server that speaks to us. Raises KeyUnknown."""
        query = KeyQuery(server, key_id, valid_at_ms)
        problems: dict[ServerName, str] = {}
        found = await self._find([query], problems, eager=True)
        if query not in found:
            raise KeyUnknown(server, key_id, problems.get(server) or "the server has no such key")
        if found[query] in INSECURE_KEYS:
            raise KeyUnknown(server, key_id, "everybody can know its secret half")
        return found[query]

    async def public_keys(self, queries: Iterable[KeyQuery]) -> dict[KeyQuery, bytes]:
        """Return the keys that can be found; those of all servers are looked for at the same time."""
        found = await self._find(queries, {}, eager=False)
        return {query: key for query, key in found.items() if key not in INSECURE_KEYS}

    async def documents(self, queries: Mapping[ServerName, DocumentQuery]) -> list[bytes]:
        """Return what servers published of their keys, newest first.

        A key that its server does not publish any more is still found in what was published with it.

        At most `MAX_DOCUMENTS_FETCHED` of them are asked anew; what is not there in time is left out.

        Spec: https://spec.matrix.org/v1.19/server-server-api/#querying-keys-through-another-server
        """
        known = await self._store.load_servers(queries)
        stale = [server for server, query in queries.items() if not _is_fresh(known, server, query)]
        fetched = await self._fetch_documents(stale[:MAX_DOCUMENTS_FETCHED])
        await self._keep(fetched)
        keys = (key for key in (*chain(*(one.keys for one in fetched)), *known))
        wanted = _newest_first(key for key in keys if queries[key.server].is_about(key))
        return list(dict.fromkeys(key.response for key in wanted))

    async def close(self) -> None:
        """Stop asking others."""
        await self._requests.close()

    async def _fetch_documents(self, servers: Sequence[ServerName]) -> list[Fetched]:
        tasks = [asyncio.create_task(self._requests.fetch_directly(server)) for server in servers]
        done, late = await asyncio.wait(tasks, timeout=DOCUMENTS_WITHIN_S) if tasks else (set(), set())
        for task in late:
            task.cancel()
        return [task.result() for task in done]

    async def _find(
        self, queries: Iterable[KeyQuery], problems: dict[ServerName, str], *, eager: bool
    ) -> dict[KeyQuery, bytes]:
        found: dict[KeyQuery, bytes] = {}
        missing = [query for query in dict.fromkeys(queries) if not self._answer(query, found)]
        if missing:
            names = {(query.server, query.key_id) for query in missing}
            self._remember((await self._store.load(names)).values())
            missing = [query for query in missing if not self._answer(query, found)]
        servers = iter(_by_server(missing).items())
        while part := list(islice(servers, SERVERS_AT_ONCE)):
            await self._fetch(dict(part), problems, eager)
        for query in missing:
            self._answer(query, found)
        return found

    def _answer(self, query: KeyQuery, found: dict[KeyQuery, bytes]) -> bool:
        """Answer a query from memory. True where nobody else has to be asked."""
        if query.server == self.own.server_name:
            own = self.own.find(query.key_id, query.valid_at_ms)
            found.update({query: own} if own is not None else {})
            return True
        key = self._memory.get((query.server, query.key_id))
        if key is not None and query.valid_at_ms <= key.valid_until_ms:
            found[query] = key.public_key
            return True
        return not is_key_id(query.key_id)

    async def _fetch(
        self, wanted: Mapping[ServerName, Mapping[str, int]], problems: dict[ServerName, str], eager: bool
    ) -> None:
        async def fetch(server: ServerName, keys: Mapping[str, int]) -> None:
            fetched = await self._requests.fetch(server, keys, eager=eager)
            problems[server] = fetched.problem
            await self._keep([fetched])

        await asyncio.gather(*(fetch(server, keys) for server, keys in wanted.items()))

    async def _keep(self, fetched: Iterable[Fetched]) -> None:
        """Store what was fetched. What only a notary says does not replace what its server said later.

        The server is not asked again for a while, so others who want the key must find it in memory before
        anything here waits.
        """
        fetched = list(fetched)
        self._remember_new(key for one in fetched for key in one.keys)
        by_servers = [key for one in fetched if one.directly for key in one.keys]
        by_notaries = _newest_first(key for one in fetched if not one.directly for key in one.keys)
        names = {(key.server, key.key_id) for key in by_notaries}
        known = await self._store.load(names) if names else {}
        new = {(key.server, key.key_id): key for key in by_servers}
        for key in by_notaries:
            name = (key.server, key.key_id)
            before = new.get(name) or known.get(name)
            if before is None or key.published_until_ms > before.published_until_ms:
                new[name] = key
        if new:
            await self._store.store(list(new.values()))
        self._remember(new.values())

    def _remember_new(self, keys: Iterable[ServerKey]) -> None:
        """Remember keys that are not in memory, or are there with an earlier end."""
        before = {key: self._memory.get((key.server, key.key_id)) for key in keys}
        self._remember(
            key
            for key, known in before.items()
            if known is None or key.published_until_ms > known.published_until_ms
        )

    def _remember(self, keys: Iterable[ServerKey]) -> None:
        until_ms = self.now_ms() + IN_MEMORY_MS
        for key in keys:
            self._memory.put((key.server, key.key_id), key, until_ms)


def _by_server(queries: Iterable[KeyQuery]) -> dict[ServerName, dict[str, int]]:
    wanted: dict[ServerName, dict[str, int]] = {}
    for query in queries:
        keys = wanted.setdefault(query.server, {})
        keys[query.key_id] = max(query.valid_at_ms, keys.get(query.key_id, 0))
    return wanted


def _newest_first(keys: Iterable[ServerKey]) -> list[ServerKey]:
    return sorted(keys, key=lambda key: key.published_until_ms, reverse=True)


def _is_fresh(keys: Sequence[ServerKey], server: ServerName, query: DocumentQuery) -> bool:
    fresh = {key.key_id for key in keys if key.server == server and key.published_until_ms >= query.until_ms}
    return bool(fresh) and query.key_ids <= fresh
