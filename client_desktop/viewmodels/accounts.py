"""The accounts of this client: which there are, switching between them, adding and signing out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import AccountsChanged, RoomsChanged, SyncStateChanged
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.values import SyncState
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.problems import sentence
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client
    from client_desktop.core.engine import Engine

COUNT_AFTER_S = 0.2
NOTES = {SyncState.SIGNED_OUT: "dialogs.accounts_signed_out", SyncState.OFFLINE: "dialogs.accounts_offline"}


@dataclass(frozen=True, slots=True)
class AccountRow:
    user_id: str
    name: str
    avatar_url: str
    note: str
    """What is wrong with it, if anything."""
    unread: int
    mentions: int
    current: bool


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """An account whose store cannot be opened."""

    user_id: str
    sentence: str
    begins_anew: bool
    """Signing in again helps: what is stored is not good for anything any more."""


class AccountsModel(Flow):
    """`app.accounts`. `show_account` is called with the account to show; None: nobody is signed in."""

    changed = Signal()
    addWanted = Signal()  # noqa: N815
    signedOut = Signal(str, bool)  # noqa: N815
    """The server ended the shown account's session; softly: its store is good for signing in again."""
    totalsChanged = Signal(int, int)  # noqa: N815
    """What is unread in all accounts, and how many of those are mentions."""

    def __init__(
        self,
        bridge: Bridge,
        engine: Engine,
        show_account: Callable[[Client | None], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._engine = engine
        self._show_account = show_account
        self._keys_waiting = 0
        self._backed_up = False
        self._broken: tuple[BrokenRow, ...] = ()
        self._put_off: set[str] = set()
        self._counting = False
        self._rows: ValueListModel[AccountRow] = ValueListModel(AccountRow, lambda row: row.user_id, self)
        self.listen(AccountsChanged, self._accounts_changed)
        self.listen(RoomsChanged, self._rooms_changed)
        self.listen(SyncStateChanged, self._sync_changed)

    list = Property(QObject, lambda self: self._rows, constant=True)
    keysWaiting = shown(int, "_keys_waiting", changed)  # noqa: N815
    backedUp = shown(bool, "_backed_up", changed)  # noqa: N815
    """Signing out loses no key: what `aboutToSignOut` found."""

    broken = shown("QVariantList", "_broken", changed)
    """Accounts that cannot be opened, and of which the user has to be told."""

    async def account_changed(self) -> None:
        await self._read()
        if self.user_id:
            await self._look_whether_signed_out()

    @Slot(str)
    def switchTo(self, user_id: str) -> None:  # noqa: N802
        """Show another account."""
        self.act(self.show_one(user_id))

    @Slot()
    def next(self) -> None:
        """Show the account after the one that is shown."""
        ids = [row.user_id for row in self._rows]
        if len(ids) > 1 and self.user_id in ids:
            self.switchTo(ids[(ids.index(self.user_id) + 1) % len(ids)])

    @Slot()
    def add(self) -> None:
        """Sign in to a further account."""
        self.addWanted.emit()

    @Slot(str)
    def forget(self, user_id: str) -> None:
        """Delete everything of an account here whose session the server has ended."""
        self.act(self._forget(user_id))

    @Slot(str)
    def putOff(self, user_id: str) -> None:  # noqa: N802
        """Say nothing more of an account that cannot be opened, until the next start."""
        self._put_off.add(user_id)
        self.start(self._read())

    @Slot()
    def aboutToSignOut(self) -> None:  # noqa: N802
        """Find out whether keys would be lost."""
        self.act(self._look_at_keys())

    @Slot()
    def signOut(self) -> None:  # noqa: N802
        """Sign the shown account out of this device."""
        self.act(self.sign_out(self.user_id))

    async def sign_out(self, user_id: str) -> None:
        """Sign an account out of this device and show another one, if there is one.

        Raises: ClientError where the server could not be told; the account stays then.
        """
        shown_now = user_id == self.user_id
        await self.bridge.call(self._engine.sign_out, user_id)
        if shown_now:
            await self.show_any()

    async def _forget(self, user_id: str) -> None:
        await self.bridge.call(self._engine.remove, user_id)
        if user_id == self.user_id:
            await self.show_any()

    async def show_any(self) -> None:
        """Show one of the accounts there are; none where there is none."""
        clients = await self.bridge.call(lambda: tuple(self._engine.accounts.values()))
        await self._show_account(clients[0] if clients else None)

    async def show_one(self, user_id: str) -> None:
        """Show this account, unless it is shown already or gone."""
        if user_id == self.user_id:
            return
        client = await self.bridge.call(lambda: self._engine.accounts.get(user_id))
        if client is not None:
            await self._show_account(client)

    async def _look_at_keys(self) -> None:
        client = self.client
        state = await self.bridge.call(client.crypto.state)
        self.show(_keys_waiting=state.keys_waiting, _backed_up=state.backup_active and not state.keys_waiting)

    async def _read(self) -> None:
        summaries = await self.bridge.call(self._engine.summaries)
        self._rows.update(
            AccountRow(
                user_id=each.user_id,
                name=each.display_name,
                avatar_url=each.avatar_url or "",
                note=word(NOTES[each.state]) if each.state in NOTES else "",
                unread=each.unread,
                mentions=each.mentions,
                current=each.user_id == self.user_id,
            )
            for each in summaries
        )
        broken = await self.bridge.call(lambda: dict(self._engine.broken))
        self._put_off &= broken.keys()
        self.show(
            _broken=tuple(
                BrokenRow(user_id, sentence(error), isinstance(error, StoreDamaged))
                for user_id, error in broken.items()
                if user_id not in self._put_off
            )
        )
        self.totalsChanged.emit(
            sum(each.unread for each in summaries), sum(each.mentions for each in summaries)
        )

    async def _look_whether_signed_out(self) -> None:
        client = self.client
        if await self.bridge.call(lambda: client.sync.state) is SyncState.SIGNED_OUT:
            self.signedOut.emit(self.user_id, await self.bridge.call(lambda: client.sync.signed_out_softly))

    def _sync_changed(self, change: SyncStateChanged) -> None:
        self.start(self._read())
        if change.account == self.user_id and change.state is SyncState.SIGNED_OUT:
            self.start(self._look_whether_signed_out())

    def _accounts_changed(self, change: AccountsChanged) -> None:
        self.start(self._read())

    def _rooms_changed(self, change: RoomsChanged) -> None:
        if not self._counting:
            self._counting = True
            self.start(self._count_again())

    async def _count_again(self) -> None:
        """Once for all that changes within a moment: counting goes through all rooms of all accounts."""
        await asyncio.sleep(COUNT_AFTER_S)
        self._counting = False
        await self._read()
