"""What the database must know of application services before they can do anything."""

from collections.abc import Sequence

import structlog

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.register import Registration as NewUser
from homeserver.accounts.register import register_account
from homeserver.appservices.registration import Registration
from homeserver.errors import UserInUse
from homeserver.rooms.context import RoomsContext
from homeserver.storage import appservices
from homeserver.storage.accounts import select_account

log = structlog.get_logger(__name__)


async def number_appservices(rooms: RoomsContext, registrations: Sequence[Registration]) -> dict[str, int]:
    """Return the number of each application service, by its id; whom it covers is looked up where it is new.

    One that is new is told of what happens from now on.
    """
    nids: dict[str, int] = {}
    for registration in registrations:
        async with rooms.db.acquire() as conn:
            row = await appservices.ensure_appservice(conn, registration.id, rooms.tailer.applied)
        nids[registration.id] = row.nid
        if row.users_digest != registration.users_digest:
            await _find_users(rooms, registration, row.nid)
    return nids


async def ensure_own_users(accounts: AccountsContext, registrations: Sequence[Registration]) -> None:
    """Make the account of each application service's own user, where it is not there."""
    for registration in registrations:
        async with accounts.db.acquire() as conn:
            account = await select_account(conn, registration.sender)
        if account is None:
            try:
                await register_account(accounts, NewUser(registration.sender, appservice_id=registration.id))
            except UserInUse:
                log.info("appservice.user_made_meanwhile", appservice=registration.id)


async def _find_users(rooms: RoomsContext, registration: Registration, nid: int) -> None:
    async with rooms.db.acquire() as conn:
        users = await appservices.select_local_users(conn, rooms.server_name)
    covered = [user_nid for user_nid, user_id in users.items() if registration.covers_user(user_id)]
    async with rooms.positions.write() as change:
        await appservices.replace_users(change.conn, nid, registration.users_digest, covered, change.position)
    log.info("appservice.users_found", appservice=registration.id, users=len(covered))
