"""Where EDUs go: each type to the service that it concerns."""

from typing import Protocol

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName


class EduReceiver(Protocol):
    """Takes the EDUs of other servers."""

    async def receive_edu(self, origin: ServerName, edu_type: str, content: JsonObject) -> None:
        """Deal with an EDU of an authenticated origin; what is malformed, forged or unknown is ignored.

        Durable effects are committed on return. Raises only where the whole transaction should be sent again,
        as while the database is away.
        """
