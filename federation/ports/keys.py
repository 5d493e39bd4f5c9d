"""The signing keys of other servers, as they are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from federation.protocol.ids import ServerName

KeyName: TypeAlias = tuple[ServerName, str]
"""A server and the ID of one of its keys, such as `ed25519:a_1`."""


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A key of a server, and the last moment whose events and requests it may sign.

    `published_until_ms` is when the document it was published in wants to be renewed: for a current key the
    same as `valid_until_ms`. Neither is more than seven days after `fetched_ms`. `response` is that document,
    signed by its server, as canonical JSON without the signatures of notaries.
    """

    server: ServerName
    key_id: str
    public_key: bytes
    valid_until_ms: int
    published_until_ms: int
    fetched_ms: int
    response: bytes


class KeyStore(Protocol):
    """Keeps keys for good: old events are checked with them when their server is long gone."""

    async def load(self, names: Collection[KeyName]) -> Mapping[KeyName, ServerKey]:
        """Return the keys that are known."""

    async def load_servers(self, servers: Collection[ServerName]) -> Sequence[ServerKey]:
        """Return every key that is known of some servers."""

    async def store(self, keys: Sequence[ServerKey]) -> None:
        """Keep keys, in the place of what was known of the same ones."""
