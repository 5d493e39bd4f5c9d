"""Clients of the engine for tests: registered, signed in, with a store of their own."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import aiohttp

from client_desktop.core.accounts.secret_store import MemorySecretStore, SecretStore
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes
from client_desktop.core.client import Client
from client_desktop.core.clock import Clock
from client_desktop.core.engine import STORE_FILE
from client_desktop.core.store import Store
from client_desktop.core.values import SyncState, SyncTransport
from tests.api.client import ApiClient
from tests.desktop.homeserver import Homeserver
from tests.desktop.waiting import PATIENCE_S
from tests.support.fake_clock import FakeClock


class OpenClient:
    """Opens clients and closes them at the end of the test."""

    def __init__(
        self,
        homeserver: Homeserver,
        http: aiohttp.ClientSession,
        changes: Changes,
        clock: FakeClock,
        folder: Path,
    ) -> None:
        self._plain = ApiClient(http, homeserver.url)
        self._http = http
        self._changes = changes
        self._clock = clock
        self._folder = folder
        self._secrets = MemorySecretStore()
        self._known: set[str] = set()
        self._opened: list[Client] = []

    async def __call__(self, name: str, *, start: bool = True, only: SyncTransport | None = None) -> Client:
        """Sign in as a new device of `name`; `start`: follow the server, and wait for the first sync."""
        return await self.resume(await self.sign_in(name), start=start, only=only)

    async def sign_in(self, name: str) -> Session:
        """Sign in as a new device of `name`, who is registered the first time."""
        if name in self._known:
            user = await self._plain.log_in(name)
        else:
            user = await self._plain.register(name)
            self._known.add(name)
        assert user.access_token is not None
        return Session(user.user_id, user.device_id, self._plain.base_url, user.access_token)

    async def resume(self, me: Session, *, start: bool = True, only: SyncTransport | None = None) -> Client:
        """Open the client of a session, with the store that the session had before."""
        folder = self._folder / me.device_id
        store = Store.open(folder / STORE_FILE)
        client = make_client(
            me, self._http, self._changes, folder, store, self._clock, secrets=self._secrets, only=only
        )
        self._opened.append(client)
        if start:
            await client.start()
            async with asyncio.timeout(PATIENCE_S):
                await client.sync.until(SyncState.LIVE)
        return client

    async def close(self, client: Client) -> None:
        """Close one before the end of the test."""
        self._opened.remove(client)
        await client.close()

    async def close_all(self) -> None:
        while self._opened:
            await self._opened.pop().close()


def make_client(
    me: Session,
    http: aiohttp.ClientSession,
    changes: Changes,
    folder: Path,
    store: Store | None = None,
    clock: Clock | None = None,
    *,
    secrets: SecretStore | None = None,
    only: SyncTransport | None = None,
) -> Client:
    """Join a client's services; with a store in memory where none is given. `start` it, `close` it."""
    clock = clock or FakeClock()
    tokens = SessionTokens(me, http, clock, lambda session: None)
    return Client(
        me,
        Api(me.homeserver_url, http, tokens),
        store or Store.open_in_memory(),
        changes,
        clock,
        tokens=tokens,
        secrets=secrets or MemorySecretStore(),
        http=http,
        folder=folder,
        only=only,
    )


ChangeT = TypeVar("ChangeT", bound=Change)


class Heard(Generic[ChangeT]):
    """Collects the changes of one kind, so that a test can wait until one has come."""

    def __init__(self, changes: Changes, kind: type[ChangeT]) -> None:
        self.all: list[ChangeT] = []
        self._changes = changes
        self._kind = kind
        self._news = asyncio.Event()
        self._stop: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        self._stop = self._changes.listen(self._kind, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop is not None:
            self._stop()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is true, asking again after every change of the kind."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def _hear(self, change: Change) -> None:
        assert isinstance(change, self._kind)
        self.all.append(change)
        self._news.set()
