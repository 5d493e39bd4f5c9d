"""One WebSocket's downward half: pushes deltas, as many ahead of the client as its acknowledgements allow."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from homeserver.errors import InvalidParam
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest
from homeserver.sync.engine import Revalidate, collect_now, register, usable_token
from homeserver.sync.frames import delta_frames
from homeserver.sync.render_v3 import render_body
from homeserver.sync.tokens import SyncToken, parse_sync_token

MAX_UNACKNOWLEDGED: Final = 8
"""Deltas sent ahead of the client's acknowledgements; news beyond them wait, and come as one delta."""

ACK_TIMEOUT_S: Final = 60.0
"""A client that leaves its window full for so long is gone."""

IDLE_WAIT_S: Final = 3600.0

SendFrame = Callable[[bytes], Awaitable[None]]


class AcknowledgementMissing(Exception):
    """The client did not acknowledge in time."""


class Connection:
    """Keeps one device up to date over frames. `run` raises when the connection must end."""

    def __init__(
        self, ctx: SyncContext, request: SyncRequest, send: SendFrame, revalidate: Revalidate
    ) -> None:
        self._ctx = ctx
        self._request = request
        self._send = send
        self._revalidate = revalidate
        self._unacknowledged: deque[SyncToken] = deque()
        self._acknowledged = asyncio.Event()

    async def run(self) -> None:
        """Push what is new until the server stops.

        Raises: AcknowledgementMissing; UnknownToken and its kin when the session ends.
        """
        self._request = replace(self._request, since=await usable_token(self._ctx, self._request.since))
        self._request = replace(self._request, acknowledged=self._request.since)
        waiter = await register(self._ctx, self._request)
        try:
            is_first = True
            while not self._ctx.stopping.is_set():
                await self._wait_for_window()
                if await self._push(is_first):
                    self._ctx.hub.note_delivery(waiter)
                is_first = False
                if await waiter.wait(IDLE_WAIT_S):
                    await self._revalidate()
        finally:
            self._ctx.hub.unregister(waiter)

    def acknowledge(self, text: str) -> None:
        """Take a client's acknowledgement: it has everything up to a token that it was sent.

        Raises: InvalidParam for a token that it was not sent, or acknowledged before.
        """
        token = parse_sync_token(text)
        if token not in self._unacknowledged:
            raise InvalidParam("This token was not sent, or acknowledged before")
        while self._unacknowledged.popleft() != token:
            pass
        self._request = replace(self._request, acknowledged=token)
        if token.position and self._request.viewer.device_nid is not None:
            self._ctx.to_device_given[self._request.viewer.device_nid] = True
        self._acknowledged.set()

    async def _push(self, is_first: bool) -> bool:
        """Send one delta, if there is anything; the first always, so that the client has a token.

        Return whether there was anything.
        """
        delta = await collect_now(self._ctx, self._request)
        if delta.is_empty and not is_first:
            return False
        for frame in delta_frames(await render_body(self._ctx, self._request, delta)):
            await self._send(frame)
        self._unacknowledged.append(delta.token)
        self._request = replace(self._request, since=delta.token, full_state=False)
        return not delta.is_empty

    async def _wait_for_window(self) -> None:
        while len(self._unacknowledged) >= MAX_UNACKNOWLEDGED:
            self._acknowledged.clear()
            try:
                async with asyncio.timeout(ACK_TIMEOUT_S):
                    await self._acknowledged.wait()
            except TimeoutError:
                raise AcknowledgementMissing from None
