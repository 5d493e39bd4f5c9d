"""Names that application services answer for, as far as rooms have to ask.

Spec: https://spec.matrix.org/v1.19/application-service-api/#querying
"""

from dataclasses import dataclass, field
from typing import Protocol

from federation.protocol.ids import RoomAlias, UserId
from homeserver.accounts.requester import Requester


class BridgedNames(Protocol):
    """What the namespaces of application services mean for rooms."""

    def check_alias(self, requester: Requester, alias: RoomAlias) -> None:
        """Refuse to make or remove an alias that is somebody else's. Raises Exclusive."""

    def controls_alias(self, requester: Requester, alias: RoomAlias) -> bool:
        """Tell whether the requester is an application service that has full control over an alias."""

    def alias_made(self, room_nid: int) -> None:
        """Take note that a room has another alias."""

    async def ask_for_alias(self, alias: RoomAlias) -> bool:
        """Have an alias made that is not there, by whoever answers for it; tell whether it is now.

        Raises: MatrixError 408 where who answers for it does not answer.
        """

    async def ask_for_user(self, user_id: UserId) -> None:
        """Have a user made, if they are not there, by whoever answers for them.

        Raises: MatrixError 408 where who answers for them does not answer.
        """


class NoBridgedNames:
    """For a server without application services: nobody answers for any names."""

    def check_alias(self, requester: Requester, alias: RoomAlias) -> None:
        pass

    def controls_alias(self, requester: Requester, alias: RoomAlias) -> bool:
        return False

    def alias_made(self, room_nid: int) -> None:
        pass

    async def ask_for_alias(self, alias: RoomAlias) -> bool:
        return False

    async def ask_for_user(self, user_id: UserId) -> None:
        pass


@dataclass(slots=True)
class Bridges:
    """The way to application services, which opens only after the rooms."""

    names: BridgedNames = field(default_factory=NoBridgedNames)
