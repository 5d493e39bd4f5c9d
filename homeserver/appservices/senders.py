"""All that is sent to application services: starts it, keeps its claims alive, ends it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Final

import structlog

from homeserver.appservices.client import AppserviceClient
from homeserver.appservices.feed import Feed
from homeserver.appservices.interest import Interest
from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.news import News
from homeserver.appservices.registration import Registration
from homeserver.appservices.sender import CLAIM_MS, AppserviceSender
from homeserver.appservices.transaction import TransactionBuilder
from homeserver.ephemeral.context import EphemeralContext
from homeserver.storage import appservices

log = structlog.get_logger(__name__)

RENEW_EVERY_S: Final = 5.0


class Senders:
    """One sender for each application service that has an address, and the feed of all of them."""

    def __init__(
        self,
        known: KnownAppservices,
        nids: Mapping[str, int],
        ephemeral: EphemeralContext,
        interest: Interest,
        client: AppserviceClient,
    ) -> None:
        self._rooms = ephemeral.rooms
        self._worker = token_hex(8)
        self._senders = {
            nids[each.id]: AppserviceSender(
                each, nids[each.id], self._worker, self._rooms.db, self._rooms.clock, client,
                TransactionBuilder(ephemeral, interest, each, nids[each.id]),
            )
            for each in known
            if each.url is not None
        }  # fmt: skip
        self._feed = Feed(ephemeral, interest, self._tell, self._missed)
        self._nids = nids
        self._renewal: asyncio.Task[None] | None = None

    def start(self) -> None:
        if not self._senders:
            return
        for sender in self._senders.values():
            sender.start(self._rooms.tailer.applied)
        self._feed.start()
        self._renewal = asyncio.create_task(self._renew(), name="appservice-claims")

    async def stop(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewal
        await self._feed.stop()
        await asyncio.gather(*(sender.stop() for sender in self._senders.values()))

    async def try_again(self, registration: Registration) -> None:
        """Send what failed at once, in whichever worker it is."""
        sender = self._senders.get(self._nids[registration.id])
        if sender is None:
            return
        async with self._rooms.db.acquire() as conn:
            await appservices.ask_for_retry(conn, registration.id)
        sender.look()

    @property
    def sending(self) -> list[AppserviceSender]:
        """The senders that hold their claims: no other worker sends to these."""
        return [sender for sender in self._senders.values() if sender.has_claim]

    def look(self) -> None:
        """Have all see at once what there is to do."""
        for sender in self._senders.values():
            sender.look()

    async def until_idle(self) -> None:
        """Return once all that was committed so far was sent, or cannot be sent now."""
        if self._senders:
            await self._feed.until_idle()
        for sender in self._senders.values():
            await sender.until_idle()

    def _tell(self, news: Mapping[int, News], upto: int) -> None:
        for nid, sender in self._senders.items():
            sender.tell(news.get(nid), upto)

    def _missed(self) -> None:
        for sender in self._senders.values():
            sender.look_everywhere()

    async def _renew(self) -> None:
        """Keep the claims of this worker, for ever."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                async with self._rooms.db.acquire() as conn:
                    await appservices.renew_claims(conn, self._worker, CLAIM_MS)
            except Exception:
                log.exception("appservice.claims_not_renewed")
