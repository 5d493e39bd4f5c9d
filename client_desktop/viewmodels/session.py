"""The account that is shown: who one is, and how it stands with its server."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import ProfilesChanged, SyncStateChanged
from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.values import Profile, SyncState
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge


class SessionModel(AccountModel):
    """`app.session`."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._name = ""
        self._avatar_url = ""
        self._stored_id = ""
        """Whose name and picture are those that were seen last."""
        self._state = SyncState.STARTING
        self.listen(SyncStateChanged, self._sync_changed)
        self.listen(ProfilesChanged, self._profiles_changed)

    userId = Property(str, lambda self: self.user_id, notify=changed)  # noqa: N815
    displayName = Property(str, lambda self: self._name or self.user_id, notify=changed)  # noqa: N815
    avatarUrl = Property(str, lambda self: self._avatar_url, notify=changed)  # noqa: N815
    syncState = Property(str, lambda self: self._state.value, notify=changed)  # noqa: N815
    offline = Property(bool, lambda self: self._state is SyncState.OFFLINE, notify=changed)
    catchingUp = Property(  # noqa: N815
        bool, lambda self: self._state in (SyncState.STARTING, SyncState.CATCHING_UP), notify=changed
    )

    def show_stored(self, user_id: str, name: str, avatar_url: str | None) -> None:
        """Say who one is, as was seen last, until there is an account to ask."""
        self.user_id, self._name, self._avatar_url = user_id, name, avatar_url or ""
        self._stored_id = user_id
        self.changed.emit()

    async def account_changed(self) -> None:
        if self.user_id != self._stored_id:
            self._name = self._avatar_url = ""
        self._stored_id = ""
        self._state = SyncState.STARTING
        self.changed.emit()
        if self.user_id:
            client = self.client
            self._state = await self.bridge.call(lambda: client.sync.state)
            self._take_profile(await self.bridge.call(client.people.known_profile, self.user_id))
            # The server may be out of reach: nothing waits for it.
            self.start(self._load_profile())

    @Slot()
    def retry(self) -> None:
        """Try to reach the server now."""
        self.start(self._wake())

    async def _wake(self) -> None:
        await self.bridge.call(self.client.sync.wake)

    async def _load_profile(self) -> None:
        # Without a connection, which one sees elsewhere, what is known stays until there is one.
        with suppress(NetworkUnavailable):
            self._take_profile(await self.bridge.call(self.client.people.profile, self.user_id))

    def _take_profile(self, profile: Profile) -> None:
        self._name, self._avatar_url = profile.display_name, profile.avatar_url or ""
        self.changed.emit()

    def _sync_changed(self, change: SyncStateChanged) -> None:
        if change.account == self.user_id:
            self._state = change.state
            self.changed.emit()
            if change.state is SyncState.LIVE:
                self.start(self._load_profile())

    def _profiles_changed(self, change: ProfilesChanged) -> None:
        if change.account == self.user_id and self.user_id in change.user_ids:
            self.start(self._load_profile())
