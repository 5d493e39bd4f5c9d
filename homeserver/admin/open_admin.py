"""Put together what administrators' verbs work with, and let this worker do their jobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from federation.transport.open_transport import Transport
from homeserver.accounts.context import AccountsContext
from homeserver.admin.context import AdminContext
from homeserver.admin.default_rooms import follow_new_accounts
from homeserver.admin.figures import Figures
from homeserver.admin.redact_user import REDACT_USER, redact_user_step
from homeserver.admin.space_used import RememberedSpace
from homeserver.client_data.context import ClientDataContext
from homeserver.retention.context import RetentionContext
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.notices_user import notices_user_id


@asynccontextmanager
async def open_admin(
    accounts: AccountsContext,
    rooms: RoomsContext,
    client_data: ClientDataContext,
    retention: RetentionContext,
    figures: Figures,
    transport: Transport | None,
) -> AsyncIterator[AdminContext]:
    """Yield the context; the name of the user who sends notices is nobody else's from then on."""
    ctx = AdminContext(
        accounts, rooms, client_data, retention.media, retention, figures, RememberedSpace(rooms), transport
    )
    retention.kinds.works[REDACT_USER] = partial(redact_user_step, ctx)
    follow_new_accounts(ctx)
    accounts.hooks.reserved_names.append(lambda user_id: user_id == notices_user_id(rooms))
    yield ctx
