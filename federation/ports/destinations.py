"""What is remembered of other servers as destinations: which fail, and until when each is left alone."""

from typing import Protocol

from federation.protocol.ids import ServerName


class BackOff(Protocol):
    """Keeps requests away from servers that fail, longer with each failure, also across restarts.

    Asking costs nothing for a server that is well. When a failing one is due again a single caller is let
    through; the others wait for what it finds out.
    """

    async def check(self, destination: ServerName) -> None:
        """Return if the server may be asked now. Raises PeerBackedOff otherwise."""

    async def succeeded(self, destination: ServerName) -> None:
        """Note that the server answered, with whatever status of its own."""

    async def failed(self, destination: ServerName, reason: str = "") -> None:
        """Note that the server could not be reached, or broke off.

        Failures of requests that were under way at the same time count as one.
        """

    def heard_from(self, origin: ServerName) -> None:
        """Note that the server has just made a request to us: it is tried again at once."""


class DestinationBackOff(BackOff, Protocol):
    """What the sender of transactions needs beside that, since it comes back to failing servers by itself."""

    async def refused(self, destination: ServerName, reason: str) -> None:
        """Note that the server answers but does not take what it is sent: a failure like any other.

        May follow `succeeded` of the same request; it then takes that back.
        """

    def is_failing(self, destination: ServerName) -> bool:
        """Whether the last that was heard of the server was a failure."""

    def is_due(self, destination: ServerName) -> bool:
        """Whether the server may be asked now."""
