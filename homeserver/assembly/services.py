"""Puts every service together, each with what it needs of those before it."""

from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from federation.context import FederationContext
from homeserver.accounts.bind_threepid import IdentityContext
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.open_accounts import open_accounts
from homeserver.admin.figures import open_figures
from homeserver.admin.open_admin import open_admin
from homeserver.appservices.context import open_appservices
from homeserver.assembly.base import Base, open_base
from homeserver.assembly.figures import reader
from homeserver.assembly.housekeeping import keep_house
from homeserver.client_api.appservice_gauges import appservice_samples
from homeserver.client_api.pusher_gauges import pusher_samples
from homeserver.client_api.search_gauges import search_samples
from homeserver.client_api.worker_gauges import worker_samples
from homeserver.client_data.open_client_data import open_client_data
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.ephemeral.context import EphemeralContext, open_ephemeral
from homeserver.federation_api.inbound_gauges import inbound_samples
from homeserver.federation_api.join_gauges import join_samples
from homeserver.federation_api.outbound_gauges import outbound_samples
from homeserver.http.addresses import ClientAddresses
from homeserver.http.context import Services
from homeserver.http.gauges import Gauges
from homeserver.http.rate_limits import RateLimits
from homeserver.mail.context import MailContext
from homeserver.mail.open_mail import open_mail
from homeserver.media.context import MediaContext
from homeserver.media.open_media import open_media
from homeserver.oauth.context import open_oauth
from homeserver.peers.contacts import Contacts
from homeserver.peers.open_federation import open_federation
from homeserver.peers.outbound import open_outbound
from homeserver.peers.outbound_to_device import OutboxDevices
from homeserver.peers.transport_options import permitted_servers
from homeserver.previews.context import open_previews
from homeserver.push.context import open_push
from homeserver.pushers.open_pushers import open_pushers
from homeserver.retention.open_retention import open_retention
from homeserver.rooms.context import RoomsContext, open_rooms
from homeserver.rooms.listeners import follow_accounts
from homeserver.rooms.send_delayed import sending_delayed_events
from homeserver.search.context import open_search
from homeserver.sso.open_sso import open_sso
from homeserver.storage.positions import Stream
from homeserver.sync.context import open_sync
from homeserver.tailer import Batch, Tailer
from homeserver.workers.periodic import periodic
from homeserver.workers.void_claims import voiding_claims

NOTE_CONTACTS_EVERY_S: Final = 5.0


async def open_services(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Services:
    """Open all services; the stack closes them, the last one first."""
    base = await open_base(stack, settings, clock)
    mail = await stack.enter_async_context(
        open_mail(settings, base.server_name, clock, base.db, base.fanout.shares)
    )
    accounts = await _open_accounts(stack, base, mail)
    rooms = await _open_rooms(stack, base)
    client_data = await stack.enter_async_context(open_client_data(rooms))
    ephemeral = await stack.enter_async_context(open_ephemeral(rooms, base.fanout))
    appservices = await stack.enter_async_context(open_appservices(accounts, ephemeral))
    push = await stack.enter_async_context(open_push(base.db, base.positions, base.tailer))
    sync = await stack.enter_async_context(
        open_sync(base.epoch, base.fanout, rooms, ephemeral, client_data, push)
    )
    pushers = await stack.enter_async_context(open_pushers(settings, rooms, push, sync, mail))
    media = await stack.enter_async_context(
        open_media(settings, base.server_name, base.db, clock, base.elsewhere.media, base.fanout.shares)
    )
    retention = await stack.enter_async_context(open_retention(rooms, media))
    search = await stack.enter_async_context(open_search(rooms))
    figures = await stack.enter_async_context(
        open_figures(clock, base.fanout, reader(rooms, sync.hub, search))
    )
    e2ee = E2eeContext.of(rooms)
    to_device = ToDeviceContext.of(rooms, None if base.transport is None else OutboxDevices())
    gauges = Gauges()
    gauges.add(partial(pusher_samples, pushers.ctx.tally))
    gauges.add(partial(search_samples, search))
    gauges.add(partial(worker_samples, rooms, sync.hub, base.fanout))
    gauges.add(partial(appservice_samples, appservices.senders))
    services = Services(
        settings=settings,
        server_name=base.server_name,
        clock=clock,
        db=base.db,
        positions=base.positions,
        accounts=accounts,
        rate_limits=RateLimits(clock, settings.limits, base.fanout),
        addresses=ClientAddresses(settings.trusted_proxies),
        gauges=gauges,
        rooms=rooms,
        client_data=client_data,
        ephemeral=ephemeral,
        appservices=appservices,
        to_device=to_device,
        e2ee=e2ee,
        mail=mail,
        identity=IdentityContext(accounts, rooms.outgoing, base.author.key),
        media=media,
        retention=retention,
        admin=await stack.enter_async_context(
            open_admin(accounts, rooms, client_data, retention, figures, base.transport)
        ),
        push=push,
        pushers=pushers,
        search=search,
        previews=await stack.enter_async_context(open_previews(settings, media, rooms.shares)),
        sync=sync,
        sso=await stack.enter_async_context(open_sso(accounts, media)),
        oauth=open_oauth(accounts),
        federation=await _open_federation(stack, base, gauges, accounts, ephemeral, media, e2ee, to_device),
    )
    await keep_house(stack, services)
    await stack.enter_async_context(voiding_claims(base.fanout.shares, base.db))
    stack.push_async_callback(base.fanout.shares.stop)
    await base.fanout.shares.start()
    return services


async def _open_accounts(stack: AsyncExitStack, base: Base, mail: MailContext) -> AccountsContext:
    accounts = await stack.enter_async_context(
        open_accounts(
            base.settings, base.server_name, base.clock, base.db, base.positions,
            base.elsewhere.profiles, mail,
        )
    )  # fmt: skip
    _follow_sessions(base.tailer, accounts)
    return accounts


async def _open_rooms(stack: AsyncExitStack, base: Base) -> RoomsContext:
    rooms = await stack.enter_async_context(
        open_rooms(
            base.settings, base.clock, base.db, base.positions, base.tailer, base.author,
            base.elsewhere.directory, base.fanout.shares,
        )
    )  # fmt: skip
    await stack.enter_async_context(follow_accounts(rooms))
    await stack.enter_async_context(sending_delayed_events(rooms))
    return rooms


async def _open_federation(
    stack: AsyncExitStack,
    base: Base,
    gauges: Gauges,
    accounts: AccountsContext,
    ephemeral: EphemeralContext,
    media: MediaContext,
    e2ee: E2eeContext,
    to_device: ToDeviceContext,
) -> FederationContext | None:
    """Let other servers in, and begin to tell them what is new; None for a server that does not federate."""
    if base.transport is None:
        return None
    federation = await stack.enter_async_context(
        open_federation(base.transport, accounts, ephemeral, media, base.back_off, e2ee, to_device)
    )
    contacts = Contacts(base.db, base.clock)
    base.transport.client.on_answer = contacts.note
    await stack.enter_async_context(periodic("note who answers", NOTE_CONTACTS_EVERY_S, contacts.write))
    outbound = await stack.enter_async_context(
        open_outbound(ephemeral, base.transport.client, permitted_servers(base.settings), base.back_off)
    )
    gauges.add(partial(inbound_samples, federation.inbound, base.clock))
    gauges.add(partial(join_samples, ephemeral.rooms.gateway.joins))
    gauges.add(partial(outbound_samples, outbound.sender, base.clock))
    return federation


def _follow_sessions(tailer: Tailer, accounts: AccountsContext) -> None:
    """Drop checked tokens when their session, or its user, has changed."""

    def apply(batch: Batch) -> None:
        if batch.entry.kinds & Stream.SESSIONS:
            for user_nid in batch.entry.users:
                accounts.tokens.forget_user(user_nid)

    tailer.subscribe(apply, reset=accounts.tokens.forget_all)
