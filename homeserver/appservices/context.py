"""What everything about application services works with, and how it is started and stopped."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.appservices.client import AppserviceClient
from homeserver.appservices.interest import Interest
from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.masquerade import Masquerades
from homeserver.appservices.names import AppserviceNames
from homeserver.appservices.prepare import ensure_own_users, number_appservices
from homeserver.appservices.protocols import Protocols
from homeserver.appservices.read_registrations import read_registrations
from homeserver.appservices.senders import Senders
from homeserver.ephemeral.context import EphemeralContext
from homeserver.rooms.context import RoomsContext
from homeserver.storage import appservices
from homeserver.storage.positions import Change


@dataclass(frozen=True, slots=True)
class AppservicesContext:
    """The dependencies of every verb in this package, put together once at start.

    `nids` are the numbers of the application services in the database, by their ids.
    """

    known: KnownAppservices
    nids: Mapping[str, int]
    accounts: AccountsContext
    rooms: RoomsContext
    client: AppserviceClient
    masquerades: Masquerades
    protocols: Protocols
    senders: Senders


@asynccontextmanager
async def open_appservices(
    accounts: AccountsContext, ephemeral: EphemeralContext
) -> AsyncIterator[AppservicesContext]:
    """Read the registrations, and tell application services what happens for the length of the block.

    Raises: ConfigProblems, with all that is wrong with all registrations.
    """
    rooms = ephemeral.rooms
    registrations = read_registrations(rooms.settings.appservices, rooms.server_name)
    known = KnownAppservices(registrations)
    nids = await number_appservices(rooms, registrations)
    interest = Interest(known, nids, rooms.db, rooms.names, rooms.clock)
    _reserve_names(accounts, known, nids, interest)
    await ensure_own_users(accounts, registrations)
    tls = rooms.settings.federation
    client = AppserviceClient(rooms.clock, verify_tls=tls.verify_tls, ca_file=tls.ca_file)
    masquerades = Masquerades(rooms.db, rooms.clock)
    rooms.tailer.subscribe(masquerades.apply, reset=masquerades.clear)
    if registrations:
        names = AppserviceNames(known, nids, client, rooms, interest)
        rooms.bridges.names = names
        accounts.hooks.absent_users.append(names.ask_about_user)
    senders = Senders(known, nids, ephemeral, interest, client)
    senders.start()
    try:
        yield AppservicesContext(
            known, nids, accounts, rooms, client, masquerades, Protocols(client, rooms.clock), senders
        )
    finally:
        await senders.stop()
        await client.close()


def _reserve_names(
    accounts: AccountsContext, known: KnownAppservices, nids: Mapping[str, int], interest: Interest
) -> None:
    """Keep people out of exclusive namespaces, and note new accounts in any."""

    async def note_account(change: Change, user_nid: int, user_id: UserId) -> None:
        for registration in known:
            if registration.covers_user(user_id):
                await appservices.insert_users(change.conn, nids[registration.id], [user_nid])
        interest.forget_user(user_nid)

    if known:
        accounts.hooks.reserved_names.append(known.is_reserved)
        accounts.hooks.new_accounts.append(note_account)
