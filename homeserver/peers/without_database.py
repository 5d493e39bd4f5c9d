"""Ports for commands that ask other servers and remember nothing of it."""

from collections.abc import Collection, Mapping, Sequence

from federation.ports.keys import KeyName, ServerKey
from federation.protocol.ids import ServerName


class ForgottenKeys:
    """`ports.keys.KeyStore` that keeps nothing."""

    async def load(self, names: Collection[KeyName]) -> Mapping[KeyName, ServerKey]:
        """Return nothing."""
        return {}

    async def load_servers(self, servers: Collection[ServerName]) -> Sequence[ServerKey]:
        """Return nothing."""
        return []

    async def store(self, keys: Sequence[ServerKey]) -> None:
        """Forget the keys."""


class NoBackOff:
    """`ports.destinations.BackOff` that lets everything through."""

    async def check(self, destination: ServerName) -> None:
        """Let the request through."""

    async def succeeded(self, destination: ServerName) -> None:
        """Forget it."""

    async def failed(self, destination: ServerName, reason: str = "") -> None:
        """Forget it."""

    def heard_from(self, origin: ServerName) -> None:
        """Forget it."""
