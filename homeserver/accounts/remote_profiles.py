"""The profiles of other servers' users."""

from typing import Protocol

from federation.protocol.ids import UserId
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject


class RemoteProfiles(Protocol):
    """Asks other servers."""

    async def profile_of(self, user_id: UserId) -> JsonObject:
        """Return what a user's server says of them. Raises NotFound, also where it cannot be asked."""


class NoRemoteProfiles:
    """Other servers' users, for a server that does not federate: there are none."""

    async def profile_of(self, user_id: UserId) -> JsonObject:
        raise NotFound("The profile cannot be found")
