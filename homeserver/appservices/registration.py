"""What an operator has said of an application service.

Spec: https://spec.matrix.org/v1.19/application-service-api/#registration
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId, server_name_of
from homeserver.appservices.patterns import matches


@dataclass(frozen=True, slots=True)
class Namespace:
    """Ids that an application service has to do with; `exclusive`: nobody else may make such."""

    pattern: re.Pattern[str]
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """One application service. Nothing here changes while the server runs.

    `url` is None where nothing is to be sent to it, else without a slash at its end. `encrypted`: it is told
    of devices, keys and to-device messages.
    """

    id: str
    url: str | None
    as_token: str = field(repr=False)
    hs_token: str = field(repr=False)
    sender: UserId
    users: Sequence[Namespace] = ()
    aliases: Sequence[Namespace] = ()
    rooms: Sequence[Namespace] = ()
    protocols: Sequence[str] = ()
    rate_limited: bool = False
    receives_ephemeral: bool = False
    encrypted: bool = False

    @property
    def server_name(self) -> ServerName:
        return server_name_of(self.sender)

    def covers_user(self, user_id: UserId) -> bool:
        """Tell whether a user is the application service's own, or in its namespace: of this server only."""
        if user_id == self.sender:
            return True
        return server_name_of(user_id) == self.server_name and _any(self.users, user_id)

    def owns_user(self, user_id: UserId) -> bool:
        """Tell whether a user is this application service's alone."""
        if user_id == self.sender:
            return True
        return server_name_of(user_id) == self.server_name and _any(self.users, user_id, exclusive=True)

    def covers_alias(self, alias: RoomAlias) -> bool:
        return _any(self.aliases, alias)

    def owns_alias(self, alias: RoomAlias) -> bool:
        """Tell whether an alias is this application service's alone."""
        return _any(self.aliases, alias, exclusive=True)

    def covers_room(self, room_id: RoomId) -> bool:
        return _any(self.rooms, room_id)

    @property
    def users_digest(self) -> bytes:
        """A digest of what decides which users are covered."""
        said = [self.sender, *(namespace.pattern.pattern for namespace in self.users)]
        return hashlib.sha256("\0".join(said).encode()).digest()


def _any(namespaces: Sequence[Namespace], identifier: str, *, exclusive: bool = False) -> bool:
    return any(
        matches(namespace.pattern, identifier)
        for namespace in namespaces
        if namespace.exclusive or not exclusive
    )
