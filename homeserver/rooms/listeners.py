"""What rooms do when accounts or other rooms change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import structlog

from homeserver.accounts.remove_data import remove_account_data
from homeserver.errors import MatrixError
from homeserver.rooms.background_jobs import background_jobs
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.depart import leave_all_rooms
from homeserver.rooms.guest_eviction import evict_guests
from homeserver.rooms.profile_updates import update_member_profiles
from homeserver.storage.account_removal import is_open
from homeserver.storage.account_work import AccountWork, Kind, claim_work, finish_work
from homeserver.storage.db import level_of
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

CLAIM_S: Final = 60.0
"""How long others leave work to whoever claimed it."""
CLAIMED_AT_ONCE: Final = 10
LOOK_EVERY_S: Final = 30.0
"""For work whose worker has died, or which failed."""


@asynccontextmanager
async def follow_accounts(ctx: RoomsContext) -> AsyncIterator[None]:
    """Carry profiles into rooms, take closed accounts out of them, and guests where they may not be.

    All of it happens in the background, for the length of the block. What is due to accounts is in the
    database, and goes on at the next start.
    """
    changed = ctx.shares.call("account work")
    changed.set()
    async with background_jobs() as jobs:

        def follow(batch: Batch) -> None:
            if batch.entry.kinds & (Stream.PROFILES | Stream.SESSIONS):
                changed.set()
            for event in batch.events:
                is_access = event.type == "m.room.guest_access" and event.key_nid is not None
                if is_access and ctx.shares.holds(event.room_nid):
                    jobs.add(("guests", event.room_nid), partial(evict_guests, ctx, event.room_nid))

        ctx.tailer.subscribe(follow, reset=changed.set)
        task = asyncio.create_task(_do_account_work(ctx, changed), name="account-work")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _do_account_work(ctx: RoomsContext, changed: asyncio.Event) -> None:
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await changed.wait()
        changed.clear()
        try:
            while claimed := await _claim(ctx):
                for work in claimed:
                    await _do(ctx, work)
        except MatrixError as error:  # the database is away: what was claimed is free again later
            log.log(level_of(error), "account_work.put_off", error=str(error))


async def _claim(ctx: RoomsContext) -> list[AccountWork]:
    async with ctx.db.acquire() as conn:
        return await claim_work(conn, CLAIM_S, CLAIMED_AT_ONCE, ctx.shares.held)


async def _depart(ctx: RoomsContext, work: AccountWork) -> None:
    """Let a closed account leave its rooms and its data behind, unless it was opened again meanwhile."""
    async with ctx.db.acquire() as conn:
        if await is_open(conn, work.user_nid):
            return
    await leave_all_rooms(ctx, work.user_id, work.user_nid)
    await remove_account_data(ctx.db, work.user_nid)


async def _do(ctx: RoomsContext, work: AccountWork) -> None:
    """Do a piece of work; one that fails is logged, and tried again when its claim ends."""
    try:
        await ctx.tailer.wait_for(work.position)
        if work.kind is Kind.DEPARTURE:
            await _depart(ctx, work)
        else:
            await update_member_profiles(ctx, work.user_id, work.user_nid)
    except Exception:
        log.exception("account_work.failed", kind=work.kind, user_id=work.user_id)
        return
    async with ctx.db.acquire() as conn:
        await finish_work(conn, work)
