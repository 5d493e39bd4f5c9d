"""The task of each worker that delivers mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.fanout.shares import Shares
from homeserver.mail.context import MailContext
from homeserver.mail.deliver import deliver_due
from homeserver.storage.db import Database

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 10.0


@asynccontextmanager
async def open_mail(
    settings: Settings, server_name: ServerName, clock: Clock, db: Database, shares: Shares
) -> AsyncIterator[MailContext]:
    """Deliver queued mail for the length of the block, where a mail server is configured."""
    ctx = MailContext(settings.smtp, server_name, clock, db, shares)
    if not ctx.is_on:
        yield ctx
        return
    stopping = asyncio.Event()
    task = asyncio.create_task(_deliver(ctx, stopping), name="deliver mail")
    try:
        yield ctx
    finally:
        stopping.set()
        ctx.due.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _deliver(ctx: MailContext, stopping: asyncio.Event) -> None:
    """Deliver whenever something is due. The SMTP library may lose a cancellation, hence `stopping`."""
    while not stopping.is_set():
        try:
            while await deliver_due(ctx) and not stopping.is_set():
                pass
        except Exception:
            log.exception("mail_delivery_fails")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await ctx.due.wait()
        ctx.due.clear()
