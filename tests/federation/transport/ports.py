"""The ports of the transport, in memory."""

from collections.abc import Collection, Mapping, Sequence

from federation.errors import PeerBackedOff
from federation.ports.keys import KeyName, ServerKey
from federation.protocol.ids import ServerName


class MemoryKeys:
    """`ports.keys.KeyStore`. `loads` counts how often it was asked."""

    def __init__(self) -> None:
        self.kept: dict[KeyName, ServerKey] = {}
        self.loads = 0

    async def load(self, names: Collection[KeyName]) -> Mapping[KeyName, ServerKey]:
        self.loads += 1
        return {name: self.kept[name] for name in names if name in self.kept}

    async def load_servers(self, servers: Collection[ServerName]) -> Sequence[ServerKey]:
        return [key for key in self.kept.values() if key.server in servers]

    async def store(self, keys: Sequence[ServerKey]) -> None:
        self.kept |= {(key.server, key.key_id): key for key in keys}


class MemoryBackOff:
    """`ports.destinations.BackOff`. `noted` is what it was told, `away` who is not to be asked."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.away: set[ServerName] = set()

    async def check(self, destination: ServerName) -> None:
        if destination in self.away:
            raise PeerBackedOff(destination, 1)

    async def succeeded(self, destination: ServerName) -> None:
        self.noted.append("succeeded")

    async def failed(self, destination: ServerName, reason: str = "") -> None:
        self.noted.append("failed")

    def heard_from(self, origin: ServerName) -> None:
        self.noted.append("heard from")
