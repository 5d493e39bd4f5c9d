"""All that is sent to application services: starts it, hands it over to other workers, ends it."""

import asyncio
from collections.abc import Mapping
from secrets import token_hex

from homeserver.appservices.client import AppserviceClient
from homeserver.appservices.feed import Feed
from homeserver.appservices.interest import Interest
from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.news import News
from homeserver.appservices.registration import Registration
from homeserver.appservices.sender import AppserviceSender
from homeserver.appservices.transaction import TransactionBuilder
from homeserver.ephemeral.context import EphemeralContext
from homeserver.fanout.shares import share_of
from homeserver.storage import appservices


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
        worker = token_hex(8)
        self._senders = {
            nids[each.id]: AppserviceSender(
                each, nids[each.id], worker, self._rooms.shares, self._rooms.db, self._rooms.clock, client,
                TransactionBuilder(ephemeral, interest, each, nids[each.id]),
            )
            for each in known
            if each.url is not None
        }  # fmt: skip
        self._feed = Feed(ephemeral, interest, self._tell, self._missed)
        self._nids = nids
        self._rooms.shares.on_shift(lambda _: self.look())
        self._rooms.shares.before_release(self._let_go)

    def start(self) -> None:
        if not self._senders:
            return
        for sender in self._senders.values():
            sender.start(self._rooms.tailer.applied)
        self._feed.start()

    async def stop(self) -> None:
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
        """The senders of this worker's shares: no other worker sends to these."""
        return [sender for sender in self._senders.values() if sender.is_ours]

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

    async def _let_go(self, shares: frozenset[int]) -> None:
        """Break off what is under way to application services of shares, and wait for these to come back."""
        for sender in self._senders.values():
            if share_of(sender.registration.id) in shares:
                await sender.stop()
                sender.start(self._rooms.tailer.applied)
