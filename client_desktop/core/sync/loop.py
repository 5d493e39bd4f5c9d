"""Follow the server, whatever happens to the network, until told to stop."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from client_desktop.core.api.backoff import backoff_s
from client_desktop.core.boundary import describe
from client_desktop.core.changes import Changes, SyncStateChanged
from client_desktop.core.errors import ClientError, RateLimited, StoreDamaged, TokenRejected
from client_desktop.core.store import Store
from client_desktop.core.store.facts import delete_fact, select_fact, upsert_fact
from client_desktop.core.sync.apply import Participants, apply_batch
from client_desktop.core.sync.batch import SyncBatch
from client_desktop.core.sync.choose import TransportChoice
from client_desktop.core.sync.repeater import Repeater
from client_desktop.core.sync.stored_token import TOKEN, TOKEN_KIND
from client_desktop.core.sync.transport import TokenForgotten, Transport
from client_desktop.core.values import SyncState, SyncTransport

log = logging.getLogger(__name__)


class SyncLoop:
    """One account's sync. `start` begins it, `close` ends it and waits for the end."""

    def __init__(
        self, account: str, store: Store, changes: Changes, parts: Participants, choice: TransportChoice
    ) -> None:
        self._account = account
        self._store = store
        self._changes = changes
        self._parts = parts
        self._choice = choice
        self._transport: Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._state_changed = asyncio.Event()
        self._failures = 0
        self._restarts = 0
        self.broken: StoreDamaged | None = None
        """Why it stopped by itself."""
        self._after = Repeater(self._after_sync, "after a sync")
        self.state = SyncState.STOPPED
        self.signed_out_softly = False
        """At SIGNED_OUT: whether store and keys are to be kept for signing in again."""

    @property
    def transport(self) -> SyncTransport | None:
        """How the server is followed just now."""
        return None if self._transport is None else self._transport.kind

    def start(self) -> None:
        """Begin to follow. Nothing, if it has begun."""
        if self._task is None:
            self._set_state(SyncState.STARTING)
            self._task = asyncio.create_task(self._run(), name=f"sync of {self._account}")

    def wake(self) -> None:
        """Try again now: the machine woke up, or the network is another one. What was open is opened anew."""
        self._wake.set()

    async def until(self, state: SyncState) -> None:
        """Wait until a state is reached."""
        while self.state is not state:
            self._state_changed.clear()
            await self._state_changed.wait()

    async def close(self) -> None:
        """Stop; what was being applied is applied to its end or not at all."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._after.close()
        await self._close_transport()
        self._set_state(SyncState.STOPPED)

    async def _run(self) -> None:
        while self.state is not SyncState.SIGNED_OUT and self.broken is None:
            try:
                await self._step()
                self._failures = 0
            except TokenRejected as error:
                self.signed_out_softly = error.soft
                await self._close_transport()
                self._set_state(SyncState.SIGNED_OUT)
            except TokenForgotten as error:
                await self._begin_anew(error)
            except StoreDamaged as error:
                log.error("sync: the store is damaged: %s", describe(error))
                self.broken = error
                await self._close_transport()
                self._set_state(SyncState.STOPPED)
            except Exception as error:  # noqa: BLE001 nothing may end the loop but its owner
                await self._recover(error)

    async def _step(self) -> None:
        """Get one batch and apply it."""
        if self._transport is None:
            self._transport = await self._choice.choose()
        transport = self._transport
        batch = await self._unless_woken(transport, self._token_for(transport))
        if batch is None:
            await transport.close()
            return
        self._choice.note_success(transport.kind)
        if batch.complete and not batch.whole:
            self._restarts = 0
        if batch.whole:
            self._parts.crypto.sync_restarted()
        await apply_batch(self._store, self._parts, batch, transport.token_kind)
        self._set_state(SyncState.LIVE if batch.complete else SyncState.CATCHING_UP)
        self._after.begin()
        await transport.applied(batch.next_token)
        if batch.complete and self._choice.better_than(transport.kind):
            await self._close_transport()

    async def _after_sync(self) -> None:
        await self._parts.crypto.after_sync()

    async def _unless_woken(self, transport: Transport, token: str | None) -> SyncBatch | None:
        """Get the next batch; None when woken before it came."""
        getting = asyncio.ensure_future(transport.next(token))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({getting, waking}, return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            self._wake.clear()
            getting.cancel()
            waking.cancel()
            await asyncio.gather(getting, waking, return_exceptions=True)

    async def _begin_anew(self, error: TokenForgotten) -> None:
        """Forget the token; a server that forgets each at once is asked for everything ever less often."""
        log.info("sync: the server does not know the token any more; beginning anew")
        await self._close_transport()
        self._forget_token(error.keep)
        if self._restarts:
            await self._pause(backoff_s(self._restarts))
        self._restarts += 1

    async def _recover(self, error: Exception) -> None:
        """Close what is broken, and wait: longer each time, less when woken. What was but tried again is left
        at once."""
        if isinstance(error, ClientError):
            log.info("sync: %s", describe(error))
        else:
            log.error("sync: %s", describe(error))
        tried_again = self._transport is not None and self._choice.note_failure(self._transport.kind)
        await self._close_transport()
        if tried_again:
            return
        self._set_state(SyncState.OFFLINE)
        delay_s = backoff_s(self._failures)
        if isinstance(error, RateLimited):
            delay_s = max(delay_s, error.retry_after_ms / 1000)
        self._failures += 1
        await self._pause(delay_s)

    async def _pause(self, delay_s: float) -> None:
        """Wait, unless woken; who is woken begins with short delays again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._wake.wait()
                self._failures = 0
        self._wake.clear()

    async def _close_transport(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()

    def _token_for(self, transport: Transport) -> str | None:
        """Give the stored token, if it is one that this transport's endpoint understands."""
        kind = select_fact(self._store.db, TOKEN_KIND)
        return select_fact(self._store.db, TOKEN) if kind == transport.token_kind else None

    def _forget_token(self, keep: str | None) -> None:
        with self._store.transaction() as db:
            if keep is None:
                delete_fact(db, TOKEN)
            else:
                upsert_fact(db, TOKEN, keep)

    def _set_state(self, state: SyncState) -> None:
        if state is not self.state:
            self.state = state
            self._state_changed.set()
            self._changes.publish(SyncStateChanged(self._account, state))
