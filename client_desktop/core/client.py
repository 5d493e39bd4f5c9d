"""One account: its services, joined."""

from __future__ import annotations

from client_desktop.core.accounts.session import Session
from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.people.people import People
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.rooms.rooms import Rooms
from client_desktop.core.rooms.sync_part import RoomsPart
from client_desktop.core.store import Store
from client_desktop.core.sync.apply import Participants
from client_desktop.core.sync.choose import TransportChoice
from client_desktop.core.sync.loop import SyncLoop
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.values import SyncTransport


class Client:
    """Everything an account can do, by its services. What the store holds is there at once."""

    def __init__(
        self,
        me: Session,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        *,
        words: NameWords | None = None,
        only: SyncTransport | None = None,
    ) -> None:
        """`only`: follow the server in this way alone."""
        self.me = me
        self.api = api
        self.store = store
        self.changes = changes
        self.clock = clock
        rooms = RoomsContext(me.user_id, api, store, changes, clock, words or NameWords())
        self.rooms = Rooms(rooms)
        rooms_part = RoomsPart(rooms)
        rooms_part.load()
        self.parts = Participants(rooms_part)
        presence = PresenceChoice()
        self.people = People(me.user_id, api, store, changes, clock, presence)
        self.parts.people = self.people
        choice = TransportChoice(me.user_id, api, presence, only)
        self.sync = SyncLoop(me.user_id, store, changes, self.parts, choice)

    async def start(self) -> None:
        """Begin to follow the server; returns at once."""
        self.sync.start()

    async def close(self) -> None:
        """Stop everything, wait for it, and close the store."""
        await self.sync.close()
        await self.rooms.close()
        self.store.close()
