"""What a worker that died had claimed is given back as soon as another one has its shares.

Claims keep a piece of work from being begun twice while its worker lives. They last longer than that takes
to be known, since a worker may be at a piece for minutes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from homeserver.errors import MatrixError
from homeserver.fanout.shares import Shares, Shift
from homeserver.storage import account_work, delayed_events, jobs, mails, push_queue
from homeserver.storage.db import Database, level_of

log = structlog.get_logger(__name__)

CLAIMED: Final = (push_queue, mails, jobs, account_work, delayed_events)
PAUSE_S: Final = 1.0
"""After the database could not be reached, or something failed."""


@asynccontextmanager
async def voiding_claims(shares: Shares, db: Database) -> AsyncIterator[None]:
    """Give back claims of dead workers for the length of the block."""
    abandoned: set[int] = set()
    noted = asyncio.Event()

    def note(shift: Shift) -> None:
        abandoned.difference_update(shift.lost)
        if shift.abandoned:
            abandoned.update(shift.abandoned)
            noted.set()

    shares.on_shift(note)
    task = asyncio.create_task(_run(shares, db, abandoned, noted), name="void claims")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run(shares: Shares, db: Database, abandoned: set[int], noted: asyncio.Event) -> None:
    while True:
        await noted.wait()
        noted.clear()
        these = sorted(abandoned)
        try:
            async with db.acquire() as conn:
                for table in CLAIMED:
                    await table.void_claims(conn, these)
        except MatrixError as error:
            log.log(level_of(error), "claims.waiting_for_database", error=str(error))
            await _try_again(noted)
        except Exception:
            log.exception("claims.not_voided")
            await _try_again(noted)
        else:
            abandoned.difference_update(these)
            shares.look_again()


async def _try_again(noted: asyncio.Event) -> None:
    await asyncio.sleep(PAUSE_S)
    noted.set()
