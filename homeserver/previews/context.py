"""What previews work with, put together once at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from homeserver import __version__
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.errors import MatrixError
from homeserver.fanout.shares import Shares
from homeserver.media.context import MediaContext
from homeserver.outgoing.address_policy import AddressPolicy
from homeserver.outgoing.trust import Trust
from homeserver.outgoing.web_client import WebClient
from homeserver.storage import url_previews
from homeserver.storage.db import Database, level_of
from homeserver.turns import Turns

log = structlog.get_logger(__name__)

CLEAN_EVERY_S: Final = 300.0
BATCH: Final = 500
PAGES_AT_ONCE: Final = 16
PROGRAMS_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class PreviewsContext:
    """The dependencies of every verb in this package.

    `asking` lets one request at a time fetch a page, the others get what it brought; `making` bounds how many
    pages are waited for at once, `reading` how many are read.
    """

    settings: Settings
    db: Database
    clock: Clock
    media: MediaContext
    web: WebClient
    asking: Turns[bytes] = field(default_factory=Turns)
    making: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PROGRAMS_AT_ONCE))


@asynccontextmanager
async def open_previews(
    settings: Settings, media: MediaContext, shares: Shares
) -> AsyncIterator[PreviewsContext]:
    """Make previews for the length of the block, and forget the old ones."""
    options = settings.previews
    policy = AddressPolicy(options.allow_addresses, options.deny_addresses)
    agent = f"Parlour/{__version__} (Matrix homeserver {settings.server_name}; link previews)"
    trust = Trust(settings.federation.ca_file, settings.federation.verify_tls)
    client = WebClient(policy, agent, options.deny_hosts, trust)
    ctx = PreviewsContext(settings, media.db, media.clock, media, client)
    cleaner = asyncio.create_task(_clean(ctx, shares), name="preview cleaner")
    try:
        yield ctx
    finally:
        cleaner.cancel()
        with suppress(asyncio.CancelledError):
            await cleaner
        await ctx.web.close()


async def forget_expired(ctx: PreviewsContext) -> None:
    """Delete previews whose time is over, and the addresses of their pictures."""
    while True:
        async with ctx.db.transaction() as conn:
            deleted = await url_previews.delete_expired(conn, ctx.clock.now_ms(), BATCH)
        if deleted < BATCH:
            return


async def _clean(ctx: PreviewsContext, shares: Shares) -> None:
    while True:
        await asyncio.sleep(CLEAN_EVERY_S)
        if not shares.holds_name("expired previews"):
            continue
        try:
            await forget_expired(ctx)
        except MatrixError as error:
            log.log(level_of(error), "previews.waiting_for_database", error=str(error))
        except Exception:  # one failure must not end the housekeeping
            log.exception("previews.cleaning_failed")
