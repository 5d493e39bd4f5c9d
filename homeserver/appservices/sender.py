"""Sends to one application service: one transaction after the other, each until it has arrived.

Only the worker sends that has the share of the application service. A transaction is stored before it is
sent, so that it is sent again with the same id and body, whatever happens in between.

Spec: https://spec.matrix.org/v1.19/application-service-api/#pushing-events
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from homeserver.appservices.client import AppserviceClient, AppserviceUnreachable
from homeserver.appservices.news import News
from homeserver.appservices.registration import Registration
from homeserver.appservices.transaction import TransactionBuilder
from homeserver.clock import Clock
from homeserver.errors import MatrixError
from homeserver.fanout.shares import Shares
from homeserver.storage import appservices
from homeserver.storage.appservices import Claimed, NewTransaction
from homeserver.storage.db import Database, level_of

log = structlog.get_logger(__name__)

ANSWER_WITHIN_S: Final = 60.0
LOOK_EVERY_S: Final = 5.0
SAVE_EVERY: Final = 10_000
"""After how many positions without news the cursor is saved."""

FIRST_INTERVAL_MS: Final = 1_000
LONGEST_INTERVAL_MS: Final = 5 * 60 * 1000
LONGEST_FAILURE: Final = 500

STOP_WITHIN_S: Final = 1.0
"""How long a transaction under way has to be answered when the worker stops."""


class AppserviceSender:
    """Owns the task that sends to one application service. `upto`: where its news end for now."""

    def __init__(
        self,
        registration: Registration,
        nid: int,
        worker: str,
        shares: Shares,
        db: Database,
        clock: Clock,
        client: AppserviceClient,
        builder: TransactionBuilder,
    ) -> None:
        self.registration = registration
        self._nid = nid
        self._worker = worker
        self._shares = shares
        self._db = db
        self._clock = clock
        self._client = client
        self._builder = builder
        self._news = News(everything=True)
        self._upto = 0
        self._state: Claimed | None = None
        self._cursor = 0
        self._saved = 0
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self, upto: int) -> None:
        self._upto = upto
        self._is_stopping = False
        self._look.set()
        self._task = asyncio.create_task(self._run(), name=f"appservice-{self.registration.id}")

    async def stop(self) -> None:
        """Let others go on. A transaction that is not answered soon is sent again by whoever does."""
        task, self._task = self._task, None
        if task is not None:
            self._is_stopping = True
            self.look()
            await asyncio.wait({task}, timeout=STOP_WITHIN_S)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        state, self._state = self._state, None
        if state is not None:
            with suppress(MatrixError):
                async with self._db.acquire() as conn:
                    await appservices.update_cursor(conn, self._nid, self._worker, self._cursor)

    def tell(self, news: News | None, upto: int) -> None:
        """Take what is new up to a position; None: nothing."""
        self._upto = upto
        if not self.is_ours:
            self._news.forget_details()
        elif news is not None:
            self._news.add(news)
            if self.is_failing:
                self._news.forget_details()
            self.look()
        elif self._has_nothing_to_do:
            self._cursor = max(self._cursor, upto)

    def look_everywhere(self) -> None:
        """Take it that anything may be new."""
        self._news.forget_details()
        self.look()

    def look(self) -> None:
        """See at once what there is to do."""
        self._idle.clear()
        self._look.set()

    async def until_idle(self) -> None:
        """Return once all that can be sent now was sent."""
        await self._idle.wait()

    @property
    def _has_nothing_to_do(self) -> bool:
        """Whether the task waits, and all before was told."""
        state = self._state
        return self._idle.is_set() and not self._news and state is not None and state.txn_body is None

    @property
    def is_ours(self) -> bool:
        """Whether it is this worker that sends."""
        return self._shares.holds_name(self.registration.id)

    @property
    def lag(self) -> int:
        """How many positions it was not told about; most of them are of no interest to it."""
        return max(0, self._upto - self._cursor)

    @property
    def is_failing(self) -> bool:
        return self._state is not None and self._state.failing_since_ms is not None

    async def _run(self) -> None:
        while not self._is_stopping:
            self._look.clear()
            try:
                busy = await self._step()
            except MatrixError as error:  # the database is away
                log.log(
                    level_of(error),
                    "appservice.waiting_for_database",
                    appservice=self.registration.id,
                    error=str(error),
                )
                self._state, busy = None, False
            except Exception:
                log.exception("appservice.sender_failed", appservice=self.registration.id)
                self._state, busy = None, False
            if not busy:
                await self._wait()

    async def _wait(self) -> None:
        if not self._look.is_set():
            self._idle.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._look.wait()

    async def _step(self) -> bool:
        """Do the next thing; say whether there may be more to do."""
        if not self.is_ours:
            self._state = None
            return False
        state = await self._take_over()
        if not await self._may_send(state):
            return False
        if not self.is_ours:  # any more: what was asked for may have taken long
            return False
        if state.txn_body is not None:
            return await self._send(state, state.txn_body)
        if not self._news:
            await self._note_nothing(self._upto)
            return False
        return await self._begin()

    async def _take_over(self) -> Claimed:
        """Return where to go on from."""
        if self._state is None:
            async with self._db.acquire() as conn:
                state = await appservices.take_over(conn, self._nid, self._worker)
                await appservices.delete_old_stays(conn, self._nid)
            self._state, self._cursor, self._saved = state, state.cursor, state.cursor
            self._news.forget_details()
        return self._state

    async def _may_send(self, state: Claimed) -> bool:
        """Tell whether the time of the next try has come, or somebody wants it now."""
        if state.retry_at_ms is None or state.retry_at_ms <= self._clock.now_ms():
            return True
        async with self._db.acquire() as conn:
            return await appservices.take_retry(conn, self._nid)

    async def _begin(self) -> bool:
        """Build the next transaction and store it; send it in the next step."""
        news, self._news = self._news, News()
        upto = max(self._upto, self._cursor)
        try:
            built = await self._builder.build(self._cursor, upto, news)
            if built.body is None:
                self._news.add(built.left)
                await self._note_nothing(built.upto)
                return True
            assert self._state is not None, "a transaction is begun by who holds the claim"
            txn = NewTransaction(
                max(self._state.last_txn + 1, self._clock.now_ms()), built.body, built.upto, built.devices
            )
            async with self._db.acquire() as conn:
                is_ours = await appservices.begin_transaction(conn, self._nid, self._worker, txn)
        except BaseException:
            self._news.add(news)
            raise
        self._news.add(built.left)
        self._state = _with_transaction(self._state, txn) if is_ours else None
        return True

    async def _send(self, state: Claimed, body: bytes) -> bool:
        failure = await self._put(state.last_txn, body)
        if failure is not None:
            await self._fail(state, failure)
            return False
        async with self._db.acquire() as conn:
            await appservices.finish_transaction(conn, self._nid, state.last_txn, self._clock.now_ms())
        if state.failing_since_ms is not None:
            log.info("appservice.well_again", appservice=self.registration.id)
        self._cursor = self._saved = max(self._cursor, state.txn_upto or 0)
        self._state = Claimed(self._cursor, state.last_txn, None, None, None, None, None)
        return True

    async def _put(self, txn_id: int, body: bytes) -> str | None:
        """Send a transaction; return what went wrong."""
        try:
            answer = await self._client.ask(
                self.registration, "PUT", f"/transactions/{txn_id}", within_s=ANSWER_WITHIN_S, body=body
            )
        except AppserviceUnreachable as error:
            return str(error)
        return None if answer.is_success else f"it was answered with status {answer.status}"

    async def _fail(self, state: Claimed, failure: str) -> None:
        now_ms = self._clock.now_ms()
        since_ms = state.failing_since_ms or now_ms
        interval_ms = next_interval_ms(state.interval_ms)
        log.info(
            "appservice.failing", appservice=self.registration.id, reason=failure, retry_in_ms=interval_ms
        )
        async with self._db.acquire() as conn:
            await appservices.note_failure(
                conn, self._nid, self._worker, now_ms, now_ms + interval_ms, interval_ms,
                failure[:LONGEST_FAILURE],
            )  # fmt: skip
        self._state = Claimed(
            state.cursor, state.last_txn, state.txn_body, state.txn_upto, since_ms, now_ms + interval_ms,
            interval_ms,
        )  # fmt: skip
        self._news.forget_details()

    async def _note_nothing(self, upto: int) -> None:
        """Go on from `upto`; that is written down now and then only."""
        self._cursor = max(self._cursor, upto)
        if self._cursor - self._saved >= SAVE_EVERY:
            async with self._db.acquire() as conn:
                await appservices.update_cursor(conn, self._nid, self._worker, self._cursor)
            self._saved = self._cursor


def next_interval_ms(last_ms: int | None) -> int:
    """Return how long to wait after a failure, given how long it was before."""
    return FIRST_INTERVAL_MS if last_ms is None else min(2 * last_ms, LONGEST_INTERVAL_MS)


def _with_transaction(state: Claimed, txn: NewTransaction) -> Claimed:
    return Claimed(state.cursor, txn.txn_id, txn.body, txn.upto, None, None, None)
