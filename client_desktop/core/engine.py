"""All accounts of this client: opened at the start, added, signed out."""

from __future__ import annotations

import asyncio
import logging
import shutil
from hashlib import sha256
from pathlib import Path

import aiohttp

from client_desktop.core.accounts.secret_store import SecretStore
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sign_out import end_session
from client_desktop.core.accounts.stored_sessions import forget_session, keep_session, stored_sessions
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api
from client_desktop.core.boundary import describe
from client_desktop.core.changes import AccountsChanged, Change, Changes, SyncStateChanged
from client_desktop.core.client import Client, pickle_name
from client_desktop.core.clock import Clock
from client_desktop.core.errors import ClientError
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.start_picture import StartPicture, StartPictureKeeper, without_moments
from client_desktop.core.store import Store
from client_desktop.core.sync.sleep_watch import SleepWatch
from client_desktop.core.values import AccountSummary

log = logging.getLogger(__name__)

STORE_FILE = "account.db"
USER_AGENT = "Parlour Desktop"
MAX_CONNECTIONS = 60
MAX_CONNECTIONS_PER_SERVER = 20


class Engine:
    """The accounts and what they share. Made by `open`, ended by `close`; lives on one event loop."""

    def __init__(
        self,
        data_dir: Path,
        secrets: SecretStore,
        changes: Changes,
        clock: Clock,
        http: aiohttp.ClientSession,
        words: NameWords,
    ) -> None:
        self._data_dir = data_dir
        self._words = words
        self.secrets = secrets
        self.changes = changes
        self.clock = clock
        self.http = http
        """For requests that are no account's: finding a server, signing in."""
        self._stop_listening = changes.listen(SyncStateChanged, self._note_broken)
        self._sleep_watch = SleepWatch(clock, self.wake)
        self.accounts: dict[str, Client] = {}
        """User id to client."""
        self.broken: dict[str, ClientError] = {}
        """User id to why the account could not be opened: its store is damaged, or of a newer version."""
        self._picture = StartPictureKeeper(data_dir, changes, self._start_picture)

    @classmethod
    async def open(
        cls,
        data_dir: Path,
        secrets: SecretStore,
        changes: Changes,
        *,
        clock: Clock,
        words: NameWords | None = None,
        start: bool = True,
    ) -> Engine:
        """Open every account that is signed in: what their stores hold is there when this returns.

        `start`: follow their servers as well; otherwise `start()` does. An account that cannot be opened is
        in `broken` and does not keep the others from being opened.
        """
        engine = cls(data_dir, secrets, changes, clock, _open_http(), words or NameWords())
        for session in stored_sessions(secrets):
            engine._open(session)
        if start:
            await engine.start()
        return engine

    async def start(self) -> None:
        """Have all accounts follow their servers; returns at once."""
        for client in self.accounts.values():
            await client.start()
        self._sleep_watch.start()

    async def add(self, session: Session) -> Client:
        """Take in an account that has just signed in, and follow its server.

        Signed in as the same device as before, it goes on with its store; as another, it begins a new one.

        Raises: StoreDamaged, StoreTooNew.
        """
        before = self.accounts.get(session.user_id)
        if before is not None:
            await self._close(session.user_id)
            if before.me.device_id != session.device_id:
                self._delete_store(before.me)
        keep_session(self.secrets, session)
        self._open(session)
        if error := self.broken.get(session.user_id):
            raise error
        client = self.accounts[session.user_id]
        await client.start()
        self.changes.publish(AccountsChanged(session.user_id))
        return client

    async def sign_out(self, user_id: str) -> None:
        """Sign an account out on its server, and delete everything of it here.

        Raises: ClientError where the server could not be told; the account stays then (`remove` is without).
        """
        client = self.accounts[user_id]
        await end_session(self.http, client.tokens.session, client.api)
        await self.remove(user_id)

    async def remove(self, user_id: str) -> None:
        """Delete everything of an account here; its server is not told."""
        sessions = {session.user_id: session for session in stored_sessions(self.secrets)}
        await self._close(user_id)
        self.broken.pop(user_id, None)
        forget_session(self.secrets, user_id)
        if user_id in sessions:
            self._delete_store(sessions[user_id])
        self._picture.write()
        self.changes.publish(AccountsChanged(user_id))

    def summaries(self) -> tuple[AccountSummary, ...]:
        """Give the accounts as a switcher shows them, in the order in which they were opened."""
        return tuple(client.summary() for client in self.accounts.values())

    def set_words(self, words: NameWords) -> None:
        """Speak another language in the names of rooms that have none of their own."""
        self._words = words
        for client in self.accounts.values():
            client.rooms.set_words(words)

    def wake(self) -> None:
        """Have every account try its server again now, for the network has changed; sleep is noticed here."""
        for client in self.accounts.values():
            client.sync.wake()

    async def close(self) -> None:
        """Stop everything, and wait for it."""
        self._picture.close()
        self._stop_listening()
        await self._sleep_watch.close()
        await asyncio.gather(*(self._close(user_id) for user_id in tuple(self.accounts)))
        await self.http.close()

    def folder(self, session: Session) -> Path:
        """Give where everything of a device is kept."""
        # User ids may hold what file systems do not; the device decides, for keys are the device's.
        name = sha256(f"{session.user_id}\n{session.device_id}".encode()).hexdigest()[:32]
        return self._data_dir / "accounts" / name

    def _open(self, session: Session) -> None:
        folder = self.folder(session)
        tokens = SessionTokens(session, self.http, self.clock, lambda kept: keep_session(self.secrets, kept))
        api = Api(session.homeserver_url, self.http, tokens)
        self.broken.pop(session.user_id, None)
        try:
            self.accounts[session.user_id] = Client(
                session,
                api,
                Store.open(folder / STORE_FILE),
                self.changes,
                self.clock,
                tokens=tokens,
                secrets=self.secrets,
                http=self.http,
                folder=folder,
                words=self._words,
            )
        except ClientError as error:
            log.error("the store of an account cannot be opened: %s", describe(error))
            self.broken[session.user_id] = error

    def _start_picture(self) -> StartPicture | None:
        """Give what the next start shows first: the account that was opened first."""
        client = next(iter(self.accounts.values()), None)
        if client is None:
            return None
        me = client.people.known_profile(client.me.user_id)
        rooms = without_moments(client.rooms.list())
        return StartPicture(client.me.user_id, me.display_name, me.avatar_url, rooms)

    def _note_broken(self, change: Change) -> None:
        """Take notice that an account's store has turned out to be damaged."""
        client = self.accounts.get(change.account)
        if client is not None and client.sync.broken is not None:
            self.broken[change.account] = client.sync.broken
            self.changes.publish(AccountsChanged(change.account))

    async def _close(self, user_id: str) -> None:
        client = self.accounts.pop(user_id, None)
        if client is not None:
            await client.close()

    def _delete_store(self, session: Session) -> None:
        shutil.rmtree(self.folder(session), ignore_errors=True)
        self.secrets.delete(pickle_name(session))


def _open_http() -> aiohttp.ClientSession:
    """Open what all requests go through. Cookies are kept by nobody."""
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, limit_per_host=MAX_CONNECTIONS_PER_SERVER)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": USER_AGENT}
    )
