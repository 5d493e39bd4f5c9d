"""What the verbs of administrators work with."""

from dataclasses import dataclass, field

from federation.transport.open_transport import Transport
from homeserver.accounts.context import AccountsContext
from homeserver.admin.figures import Figures
from homeserver.admin.space_used import RememberedSpace
from homeserver.client_data.context import ClientDataContext
from homeserver.media.context import MediaContext
from homeserver.retention.context import RetentionContext
from homeserver.rooms.context import RoomsContext
from homeserver.turns import Turns


@dataclass(frozen=True, slots=True)
class AdminContext:
    """The dependencies of every verb of this package. `transport` is None where nothing federates."""

    accounts: AccountsContext
    rooms: RoomsContext
    client_data: ClientDataContext
    media: MediaContext
    retention: RetentionContext
    figures: Figures
    space: RememberedSpace
    transport: Transport | None = None
    notices: Turns[int] = field(default_factory=Turns)
