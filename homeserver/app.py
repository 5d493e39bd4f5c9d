"""The composition root: puts the services together, opens the listeners, takes all down again in order."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
import uvloop

from federation.protocol.ids import parse_server_name
from federation.protocol.signing import encode_base64
from federation.transport.open_transport import Transport
from homeserver.accounts.bind_threepid import IdentityContext
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.first_admin import ensure_first_admin_token
from homeserver.accounts.open_accounts import open_accounts
from homeserver.admin.open_admin import open_admin
from homeserver.admin_api import admin_routes
from homeserver.appservices.context import open_appservices
from homeserver.client_api import client_routes
from homeserver.client_api.appservice_gauges import appservice_samples
from homeserver.client_api.pusher_gauges import pusher_samples
from homeserver.client_api.search_gauges import search_samples
from homeserver.client_data.open_client_data import open_client_data
from homeserver.clock import Clock, SystemClock
from homeserver.config import Settings
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.embedded_postgres import running_postgres
from homeserver.ephemeral.context import open_ephemeral
from homeserver.federation_api.adapter import server_routes
from homeserver.federation_api.inbound_gauges import inbound_samples
from homeserver.federation_api.join_gauges import join_samples
from homeserver.federation_api.outbound_gauges import outbound_samples
from homeserver.http.addresses import ClientAddresses
from homeserver.http.context import Services
from homeserver.http.gauges import Gauges
from homeserver.http.listeners import RunningListeners, start_listeners
from homeserver.http.rate_limits import RateLimits
from homeserver.mail.open_mail import open_mail
from homeserver.media.open_media import open_media
from homeserver.oauth.context import open_oauth
from homeserver.oauth_api import oauth_routes
from homeserver.peers.back_off import StoredBackOff
from homeserver.peers.elsewhere import Elsewhere
from homeserver.peers.open_federation import open_federation
from homeserver.peers.open_transport import open_way_to_peers
from homeserver.peers.outbound import open_outbound
from homeserver.peers.outbound_to_device import OutboxDevices
from homeserver.peers.transport_options import permitted_servers
from homeserver.previews.context import open_previews
from homeserver.push.context import open_push
from homeserver.pushers.open_pushers import open_pushers
from homeserver.retention.open_retention import open_retention
from homeserver.rooms.build_event import Author
from homeserver.rooms.context import RoomsContext, open_rooms
from homeserver.rooms.end_forks import end_forks_everywhere
from homeserver.rooms.listeners import follow_accounts
from homeserver.rooms.send_delayed import sending_delayed_events
from homeserver.search.context import open_search
from homeserver.signing_key_file import load_signing_key
from homeserver.sso.open_sso import open_sso
from homeserver.storage import instance, positions
from homeserver.storage.db import Database
from homeserver.storage.migrate import migrate
from homeserver.storage.positions import Positions, Stream
from homeserver.sync.context import open_sync
from homeserver.sync.sliding.open_connection import expire_connections
from homeserver.tailer import LOG_KEPT_MS, Batch, Tailer
from homeserver.wakeups import InProcessWakeups
from homeserver.workers.periodic import periodic

log = structlog.get_logger(__name__)

GC_THRESHOLDS = (50_000, 20, 50)
TRIM_LOG_EVERY_S = 60.0
END_FORKS_EVERY_S = 60.0
FORGET_IDLE_EVERY_S = 30.0
EXPIRE_CONNECTIONS_EVERY_S = 3600.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers requests. `first_admin_token` is set as long as there is no account."""

    services: Services
    listeners: RunningListeners
    first_admin_token: str | None

    @property
    def base_url(self) -> str:
        return self.services.settings.public_baseurl or self.listeners.base_urls[0]


@asynccontextmanager
async def running_server(settings: Settings, clock: Clock | None = None) -> AsyncIterator[RunningServer]:
    """Run a server for the length of the block.

    Raises: what the configuration, the database or the sockets refuse, before anything is answered.
    """
    async with AsyncExitStack() as stack:
        services = await _open_services(stack, settings, clock or SystemClock())
        routes = [*client_routes(), *oauth_routes(), *admin_routes(), *server_routes()]
        listeners = await start_listeners(services, settings.listeners, routes)
        stack.push_async_callback(listeners.stop)
        stack.callback(services.sync.stopping.set)  # first of all, so that waiting syncs are answered
        stack.callback(services.sync.hub.wake_everybody)
        yield RunningServer(services, listeners, await ensure_first_admin_token(services.accounts))


def run(settings: Settings) -> None:
    """Run a server until SIGTERM or SIGINT."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_server(settings) as server:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        sys.stdout.write(f"ready {server.base_url}\n")
        if server.first_admin_token is not None:
            sys.stdout.write(_welcome(server.base_url, server.first_admin_token))
        sys.stdout.flush()
        await stop.wait()
        log.info("stopping")


def _welcome(base_url: str, token: str) -> str:
    return (
        "There is no account yet. The first one is made with this token, and is a server admin:\n"
        f"  token  {token}\n"
        f"  link   {base_url}/register#token={token}\n"
    )


async def _open_services(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Services:
    server_name = parse_server_name(settings.server_name)
    db = await _open_database(stack, settings)
    author = Author(server_name, load_signing_key(settings))
    epoch = await _check_instance(db, author)
    tailer = Tailer(db, InProcessWakeups())
    await tailer.start()
    stack.push_async_callback(tailer.stop)
    writer = Positions(db, tailer.offer)
    back_off = StoredBackOff(db, clock)
    transport = await _open_transport(stack, settings, clock, db, author, back_off)
    elsewhere = Elsewhere.by(transport)
    mail = await stack.enter_async_context(open_mail(settings, server_name, clock, db))
    accounts = await stack.enter_async_context(
        open_accounts(settings, server_name, clock, db, writer, elsewhere.profiles, mail)
    )
    _follow_sessions(tailer, accounts)
    oauth = open_oauth(accounts)
    rooms = await stack.enter_async_context(
        open_rooms(settings, clock, db, writer, tailer, author, elsewhere.directory)
    )
    await stack.enter_async_context(follow_accounts(rooms))
    await stack.enter_async_context(sending_delayed_events(rooms))
    client_data = await stack.enter_async_context(open_client_data(rooms))
    ephemeral = await stack.enter_async_context(open_ephemeral(rooms))
    appservices = await stack.enter_async_context(open_appservices(accounts, ephemeral))
    push = await stack.enter_async_context(open_push(db, writer, tailer))
    sync = await stack.enter_async_context(open_sync(epoch, rooms, ephemeral, client_data, push))
    await stack.enter_async_context(
        periodic("expire connections", EXPIRE_CONNECTIONS_EVERY_S, partial(expire_connections, sync))
    )
    pushers = await stack.enter_async_context(open_pushers(settings, rooms, push, sync, mail))
    media = await stack.enter_async_context(open_media(settings, server_name, db, clock, elsewhere.media))
    sso = await stack.enter_async_context(open_sso(accounts, media))
    retention = await stack.enter_async_context(open_retention(rooms, media))
    admin = await stack.enter_async_context(open_admin(accounts, rooms, client_data, retention))
    search = await stack.enter_async_context(open_search(rooms))
    previews = await stack.enter_async_context(open_previews(settings, media))
    e2ee, to_device = E2eeContext.of(rooms), ToDeviceContext.of(rooms, OutboxDevices() if transport else None)
    federation, gauges = None, Gauges()
    gauges.add(partial(pusher_samples, pushers.ctx.tally))
    gauges.add(partial(search_samples, search))
    gauges.add(partial(appservice_samples, appservices.senders))
    if transport is not None:
        federation = await stack.enter_async_context(
            open_federation(transport, accounts, ephemeral, media, back_off, e2ee, to_device)
        )
        outbound = await stack.enter_async_context(
            open_outbound(ephemeral, transport.client, permitted_servers(settings), back_off)
        )
        gauges.add(partial(inbound_samples, federation.inbound, clock))
        gauges.add(partial(join_samples, rooms.gateway.joins))
        gauges.add(partial(outbound_samples, outbound.sender, clock))
    await _keep_house(stack, rooms, sync.hub.forget_idle)
    return Services(
        settings=settings,
        server_name=server_name,
        clock=clock,
        db=db,
        positions=writer,
        accounts=accounts,
        rate_limits=RateLimits(clock, settings.limits),
        addresses=ClientAddresses(settings.trusted_proxies),
        gauges=gauges,
        rooms=rooms,
        client_data=client_data,
        ephemeral=ephemeral,
        appservices=appservices,
        to_device=to_device,
        e2ee=e2ee,
        mail=mail,
        identity=IdentityContext(accounts, rooms.outgoing, author.key),
        media=media,
        retention=retention,
        admin=admin,
        push=push,
        pushers=pushers,
        search=search,
        previews=previews,
        sync=sync,
        sso=sso,
        oauth=oauth,
        federation=federation,
    )


async def _open_database(stack: AsyncExitStack, settings: Settings) -> Database:
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
    else:
        url = await stack.enter_async_context(running_postgres(settings.data_dir))
    db = await Database.connect(url)
    stack.push_async_callback(db.close)
    await migrate(db)
    return db


async def _open_transport(
    stack: AsyncExitStack,
    settings: Settings,
    clock: Clock,
    db: Database,
    author: Author,
    back_off: StoredBackOff,
) -> Transport | None:
    """Open the way to other servers, unless the configuration says not to federate."""
    if not settings.federation.enabled:
        return None
    await back_off.load()
    return await stack.enter_async_context(open_way_to_peers(settings, clock, db, author, back_off))


async def _check_instance(db: Database, author: Author) -> str:
    """Hold the database and this configuration to each other; return the database's epoch."""
    key = f"{author.key.key_id} {encode_base64(author.key.public_key)}"
    async with db.acquire() as conn:
        await instance.record_server_name(conn, author.server_name)
        await instance.record_signing_key(conn, key)
        return await instance.load_epoch(conn)


def _follow_sessions(tailer: Tailer, accounts: AccountsContext) -> None:
    """Drop checked tokens when their session, or its user, has changed."""

    def apply(batch: Batch) -> None:
        if batch.entry.kinds & Stream.SESSIONS:
            for user_nid in batch.entry.users:
                accounts.tokens.forget_user(user_nid)

    tailer.subscribe(apply, reset=accounts.tokens.forget_all)


async def _keep_house(
    stack: AsyncExitStack, rooms: RoomsContext, forget_idle: Callable[[float], None]
) -> None:
    async def trim_log() -> None:
        async with rooms.db.acquire() as conn:
            await positions.delete_log_before(conn, LOG_KEPT_MS)

    async def forget() -> None:
        forget_idle(asyncio.get_running_loop().time())

    await stack.enter_async_context(
        periodic("end forks", END_FORKS_EVERY_S, partial(end_forks_everywhere, rooms))
    )
    await stack.enter_async_context(periodic("trim the position log", TRIM_LOG_EVERY_S, trim_log))
    await stack.enter_async_context(periodic("forget idle syncs", FORGET_IDLE_EVERY_S, forget))
