"""Asking trusted servers for the keys of others, many with one question.

What bounds it: `SERVERS_PER_QUESTION`, `Limits` below.

Spec: https://spec.matrix.org/v1.19/server-server-api/#querying-keys-through-another-server
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

import structlog

from federation.errors import PeerFailed
from federation.ports.keys import ServerKey
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import ProtocolError, SignatureError
from federation.protocol.ids import ServerName
from federation.protocol.signing import verify_json
from federation.transport.client import FederationClient
from federation.transport.coalesce import AgingCache
from federation.transport.limits import KEYS, Limits
from federation.transport.server_keys import INSECURE_KEYS, BadServerKeys, read_server_keys

log = structlog.get_logger(__name__)

QUERY_PATH: Final = "/_matrix/key/v2/query"
OWN_PATH: Final = "/_matrix/key/v2/server"
GATHER_S: Final = 0.02
SERVERS_PER_QUESTION: Final = 100
ANSWER: Final = Limits(timeout_s=15.0, max_bytes=4 * 1024 * 1024)

Wanted: TypeAlias = dict[ServerName, dict[str, int]]
Found: TypeAlias = dict[ServerName, list[ServerKey]]


class Notaries:
    """The servers whose word counts for the keys of others, asked in turn."""

    def __init__(
        self, client: FederationClient, names: Sequence[ServerName], now_ms: Callable[[], int]
    ) -> None:
        self._client = client
        self._names = names
        self._now_ms = now_ms
        self._keys: AgingCache[ServerName, list[ServerKey]] = AgingCache(len(names) + 1, now_ms)
        self._waiting: Wanted = {}
        self._gathering: asyncio.Task[Found] | None = None
        self._running: set[asyncio.Task[Found]] = set()

    async def ask(self, server: ServerName, wanted: Mapping[str, int]) -> list[ServerKey]:
        """Return the keys that the notaries vouch for. `wanted` as in `KeyRequests.fetch`.

        Questions of a moment are asked together.
        """
        if not self._names or server in self._names:
            return []
        self._waiting.setdefault(server, {}).update(wanted)
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._gather(), name="ask notaries")
            self._running.add(self._gathering)
            self._gathering.add_done_callback(self._running.discard)
        found = await asyncio.shield(self._gathering)
        return found.get(server, [])

    async def close(self) -> None:
        """Stop all questions."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _gather(self) -> Found:
        await asyncio.sleep(GATHER_S)
        waiting, self._waiting, self._gathering = self._waiting, {}, None
        found: Found = {}
        for notary in self._names:
            missing = {server: keys for server, keys in waiting.items() if server not in found}
            for question in _split(missing):
                found |= await self._ask_one(notary, question)
        return found

    async def _ask_one(self, notary: ServerName, wanted: Wanted) -> Found:
        try:
            own_keys = await self._own_keys(notary)
            answer = await self._client.post(notary, QUERY_PATH, _question(wanted), limits=ANSWER)
        except (PeerFailed, BadServerKeys) as error:
            log.info("notary_did_not_help", notary=notary, reason=str(error))
            return {}
        documents = answer.get("server_keys")
        found: Found = {}
        for document in documents if isinstance(documents, list) else []:
            self._take(notary, own_keys, document, wanted, found)
        return found

    def _take(
        self, notary: ServerName, own_keys: list[ServerKey], document: JsonValue, wanted: Wanted, found: Found
    ) -> None:
        """Add what one document of a notary's answer says, if both signatures are right."""
        if not isinstance(document, dict):
            return
        server = next((name for name in wanted if name == document.get("server_name")), None)
        if server is None:
            return
        try:
            _check_vouched(notary, own_keys, document)
            found.setdefault(server, []).extend(read_server_keys(server, document, self._now_ms()))
        except ProtocolError as error:
            log.warning("notary_vouched_badly", notary=notary, server=server, reason=str(error))

    async def _own_keys(self, notary: ServerName) -> list[ServerKey]:
        """Return the keys a notary signs with now, as it says over TLS."""
        keys = self._keys.get(notary)
        if keys is None:
            now_ms = self._now_ms()
            document = await self._client.get(notary, OWN_PATH, limits=KEYS)
            keys = [key for key in read_server_keys(notary, document, now_ms) if key.valid_until_ms > now_ms]
            self._keys.put(notary, keys, min((key.valid_until_ms for key in keys), default=now_ms))
        return keys


def _split(wanted: Wanted) -> list[Wanted]:
    servers = iter(wanted)
    parts = iter(lambda: list(islice(servers, SERVERS_PER_QUESTION)), [])
    return [{server: wanted[server] for server in part} for part in parts]


def _question(wanted: Wanted) -> JsonObject:
    queries: JsonObject = {
        server: {key_id: {"minimum_valid_until_ts": valid_at_ms} for key_id, valid_at_ms in keys.items()}
        for server, keys in wanted.items()
    }
    return {"server_keys": queries}


def _check_vouched(notary: ServerName, own_keys: list[ServerKey], document: JsonObject) -> None:
    """Check that a notary has signed a document. Raises SignatureError."""
    error: SignatureError = SignatureError("the notary did not sign it")
    for key in own_keys:
        if key.public_key in INSECURE_KEYS:
            continue
        try:
            return verify_json(document, notary, key.key_id, key.public_key)
        except SignatureError as wrong:
            error = wrong
    raise error
