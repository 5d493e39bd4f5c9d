"""One account: its services, joined."""

from __future__ import annotations

from client_desktop.core.accounts.session import Session
from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.store import Store


class Client:
    """Everything an account can do, by its services. Made by `open_client`, ended by `close`."""

    def __init__(self, me: Session, api: Api, store: Store, changes: Changes, clock: Clock) -> None:
        self.me = me
        self.api = api
        self.store = store
        self.changes = changes
        self.clock = clock

    async def start(self) -> None:
        """Begin to follow the server; returns at once."""

    async def close(self) -> None:
        """Stop everything, wait for it, and close the store."""
        self.store.close()
