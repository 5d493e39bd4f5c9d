"""What everything else stands on: database, identity, position log, the way to other servers."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from federation.protocol.ids import ServerName, parse_server_name
from federation.protocol.signing import encode_base64
from federation.transport.open_transport import Transport
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.embedded_postgres import running_postgres
from homeserver.fanout.open_fanout import open_fanout
from homeserver.fanout.ports import Fanout
from homeserver.peers.back_off import StoredBackOff
from homeserver.peers.elsewhere import Elsewhere
from homeserver.peers.open_transport import open_way_to_peers
from homeserver.rooms.build_event import Author
from homeserver.signing_key_file import load_signing_key
from homeserver.storage import instance
from homeserver.storage.db import Database
from homeserver.storage.migrate import migrate
from homeserver.storage.positions import Positions
from homeserver.tailer import Tailer


@dataclass(frozen=True, slots=True)
class Base:
    """Open from the beginning to the end. `transport` is None for a server that does not federate.

    `epoch` is the database's: sync tokens of another one are out of date.
    """

    settings: Settings
    clock: Clock
    server_name: ServerName
    author: Author
    db: Database
    epoch: str
    fanout: Fanout
    tailer: Tailer
    positions: Positions
    back_off: StoredBackOff
    transport: Transport | None
    elsewhere: Elsewhere


async def open_base(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Base:
    """Open the database, bring it up to date, and begin to follow it."""
    server_name = parse_server_name(settings.server_name)
    db = await _open_database(stack, settings)
    author = Author(server_name, load_signing_key(settings))
    epoch = await _check_instance(db, author)
    fanout = await stack.enter_async_context(open_fanout(settings, clock, db, epoch))
    tailer = Tailer(db, fanout)
    await tailer.start()
    stack.push_async_callback(tailer.stop)
    back_off = StoredBackOff(db, clock)
    transport = await _open_transport(stack, settings, clock, db, author, back_off)
    return Base(
        settings=settings,
        clock=clock,
        server_name=server_name,
        author=author,
        db=db,
        epoch=epoch,
        fanout=fanout,
        tailer=tailer,
        positions=Positions(db, tailer.offer),
        back_off=back_off,
        transport=transport,
        elsewhere=Elsewhere.by(transport),
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


async def _check_instance(db: Database, author: Author) -> str:
    """Hold the database and this configuration to each other; return the database's epoch."""
    key = f"{author.key.key_id} {encode_base64(author.key.public_key)}"
    async with db.acquire() as conn:
        await instance.record_server_name(conn, author.server_name)
        await instance.record_signing_key(conn, key)
        return await instance.load_epoch(conn)


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
