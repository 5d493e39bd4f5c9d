"""What the verbs of administrators work with."""

from dataclasses import dataclass, field

from homeserver.accounts.context import AccountsContext
from homeserver.client_data.context import ClientDataContext
from homeserver.media.context import MediaContext
from homeserver.retention.context import RetentionContext
from homeserver.rooms.context import RoomsContext
from homeserver.turns import Turns


@dataclass(frozen=True, slots=True)
class AdminContext:
    """The dependencies of every verb of this package."""

    accounts: AccountsContext
    rooms: RoomsContext
    client_data: ClientDataContext
    media: MediaContext
    retention: RetentionContext
    notices: Turns[int] = field(default_factory=Turns)
