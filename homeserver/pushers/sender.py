"""Works off what pushers have to tell, many at once, each pusher in its order.

Each worker does this for the users of its shares. A pusher is claimed in the database for as long as its
delivery may take, so that it is not begun elsewhere when its share is given up. A worker that has lost the
share, as when it stood still for seconds, sends nothing more, and what it writes of the pusher is left out.
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from homeserver.outgoing.json_client import RemoteFailed, RemoteRefused
from homeserver.pushers.back_off import GIVE_UP_MS, MAX_WAITING, back_off_ms
from homeserver.pushers.context import PushersContext
from homeserver.pushers.delete_pusher import drop_pusher
from homeserver.pushers.deliver_mail import deliver_mail
from homeserver.pushers.deliver_push import (
    PusherRejected,
    ShareLost,
    Told,
    ask_to_activate,
    deliver_push,
)
from homeserver.pushers.pusher import Pusher, PusherKind, pusher_of
from homeserver.storage import push_queue
from homeserver.storage.db import Connection, DatabaseUnavailable, level_of
from homeserver.storage.push_queue import Claim

log = structlog.get_logger(__name__)

AT_ONCE: Final = 32
MAX_FAILING_AT_ONCE: Final = 16
"""Of those at once, how many may have failed before: gateways that stall leave the others room."""
CLAIM_MS: Final = 5 * 60_000
POLL_S: Final = 10.0
PAUSE_S: Final = 1.0
"""After the database could not be read."""


class PushSender:
    """Owns the deliveries that are under way."""

    def __init__(self, ctx: PushersContext) -> None:
        self._ctx = ctx
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._claims: dict[int, Claim] = {}
        self._failing: set[int] = set()
        self._count_at = 0.0
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="push-sender")

    async def stop(self) -> None:
        """End all deliveries; what is not known to have arrived is sent again by whoever comes next."""
        tasks, claims = dict(self._under_way), dict(self._claims)
        for task in (self._task, *tasks.values()):
            if task is not None:
                task.cancel()
        await asyncio.gather(
            *(task for task in (self._task, *tasks.values()) if task), return_exceptions=True
        )
        with suppress(DatabaseUnavailable):  # the claims run out by themselves
            async with self._ctx.db.acquire() as conn:
                for claim in claims.values():
                    await push_queue.release(conn, claim)

    async def until_idle(self) -> None:
        """Return once nothing is due or under way."""
        while self._ctx.due.is_set() or self._under_way or not self._idle.is_set():
            await self._idle.wait()
            await asyncio.sleep(0)

    async def _run(self) -> None:
        while True:
            self._ctx.due.clear()
            try:
                wait_s = await self._claim()
            except DatabaseUnavailable as error:
                log.log(level_of(error), "push_sender.waiting_for_database", error=str(error))
                wait_s = PAUSE_S
            except Exception:
                log.exception("push_sender.failed")
                wait_s = PAUSE_S
            if not self._under_way and not self._ctx.due.is_set():
                self._idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._ctx.due.wait()
            self._idle.clear()

    async def _claim(self) -> float:
        """Begin the deliveries that are due; return after how many seconds to look again."""
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return POLL_S
        now_ms = self._ctx.clock.now_ms()
        failing, shares = len(self._failing) < MAX_FAILING_AT_ONCE, self._ctx.rooms.shares.held
        async with self._ctx.db.acquire() as conn:
            rows = await push_queue.claim_due(
                conn, now_ms, free, CLAIM_MS, but=self._under_way, failing=failing, shares=shares
            )
            next_due = await push_queue.select_next_due(conn, shares)
            await self._count_backlog(conn)
        for row in rows:
            self._begin(pusher_of(row))
        if next_due is None or len(rows) == free or not failing:
            return POLL_S
        return min(max(0.05, (next_due - now_ms) / 1000), POLL_S)

    async def _count_backlog(self, conn: Connection) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._count_at:
            self._count_at = now_s + POLL_S
            self._ctx.tally.backlog = await push_queue.select_backlog(conn)

    def _begin(self, pusher: Pusher) -> None:
        if pusher.failures:
            self._failing.add(pusher.nid)
        task = asyncio.create_task(self._work(pusher), name=f"pusher-{pusher.nid}")
        self._under_way[pusher.nid], self._claims[pusher.nid] = task, pusher.claim
        task.add_done_callback(lambda _: self._end(pusher.nid))

    def _end(self, pusher_nid: int) -> None:
        self._under_way.pop(pusher_nid, None)
        self._claims.pop(pusher_nid, None)
        self._failing.discard(pusher_nid)
        self._ctx.due.set()

    async def _work(self, pusher: Pusher) -> None:
        try:
            await self._deliver(pusher)
            self._count(pusher, "delivered")
        except ShareLost:
            await self._leave(pusher)
        except PusherRejected:
            self._count(pusher, "rejected")
            log.info("pusher_rejected", app_id=pusher.settings.app_id, user_id=pusher.user_id)
            await drop_pusher(self._ctx, pusher.user_nid, pusher.nid)
        except RemoteFailed as error:
            self._count(pusher, "refused" if isinstance(error, RemoteRefused) else "failed")
            await self._try_later(pusher, str(error))
        except DatabaseUnavailable as error:  # the claim runs out
            log.warning("pusher_waits_for_database", error=str(error))
        except Exception:
            self._count(pusher, "failed")
            log.exception("pusher_failed", app_id=pusher.settings.app_id)
            await self._try_later(pusher, "internal error")

    async def _deliver(self, pusher: Pusher) -> None:
        ctx, again_ms = self._ctx, None
        if not pusher.settings.enabled:
            await self._forget(pusher)
            told = Told(pusher.last_due, pusher.last_badge)
        elif not pusher.activated:
            await ask_to_activate(ctx, pusher)
            told = Told(pusher.last_due, pusher.last_badge)
        elif pusher.settings.kind is PusherKind.EMAIL:
            again_ms = await deliver_mail(ctx, pusher)
            told = Told(pusher.last_due, None)
        else:
            told = await deliver_push(ctx, pusher)
        async with ctx.db.acquire() as conn:
            await push_queue.finish(conn, pusher.claim, told.upto, ctx.clock.now_ms(), told.badge, again_ms)

    async def _leave(self, pusher: Pusher) -> None:
        """Leave what is not told yet to the worker that has the user's share now."""
        async with self._ctx.db.acquire() as conn:
            await push_queue.release(conn, pusher.claim)
        self._ctx.due.ask()

    async def _forget(self, pusher: Pusher) -> None:
        """Drop what was queued before the pusher was turned off."""
        async with self._ctx.db.acquire() as conn:
            await push_queue.delete_all_but_newest(conn, pusher.nid, 0)

    async def _try_later(self, pusher: Pusher, reason: str) -> None:
        now_ms = self._ctx.clock.now_ms()
        again_ms = now_ms + back_off_ms(pusher.failures)
        given_up = pusher.failing_since_ts is not None and now_ms - pusher.failing_since_ts > GIVE_UP_MS
        if pusher.failures in (0, 5, 10):
            log.info("pusher_fails", app_id=pusher.settings.app_id, user_id=pusher.user_id, reason=reason)
        async with self._ctx.db.acquire() as conn:
            await push_queue.delete_all_but_newest(conn, pusher.nid, MAX_WAITING)
            await push_queue.fail(conn, pusher.claim, now_ms, again_ms, unless_empty=given_up)

    def _count(self, pusher: Pusher, outcome: str) -> None:
        self._ctx.tally.outcomes[(pusher.settings.kind.value, outcome)] += 1
