"""The page "Profile": name, picture, status."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.changes import ProfilesChanged
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.picture_upload import upload_picture

MAX_NAME = 255


class ProfileSettingsModel(Flow):
    """`app.settings.profile`."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._name = ""
        self._avatar_url = ""
        self._status = ""
        self._online = True
        self._may_name = True
        self._may_avatar = True
        self.listen(ProfilesChanged, self._profiles_changed)

    name = shown(str, "_name", changed)
    avatarUrl = shown(str, "_avatar_url", changed)  # noqa: N815
    status = shown(str, "_status", changed)
    online = shown(bool, "_online", changed)
    """Others see when one is there."""
    mayName = shown(bool, "_may_name", changed)  # noqa: N815
    mayAvatar = shown(bool, "_may_avatar", changed)  # noqa: N815

    async def account_changed(self) -> None:
        self.show(_name="", _avatar_url="", _status="", _online=True)
        if self.user_id:
            await self._read(fresh=False)

    @Slot()
    def refresh(self) -> None:
        """Ask the server again: the page is shown."""
        if self.user_id:
            self.act(self._refresh())

    @Slot(str)
    def setName(self, name: str) -> None:  # noqa: N802
        if name.strip() != self._name:
            self.act(self._set_name(name.strip()[:MAX_NAME]))

    @Slot(QUrl)
    def setPicture(self, file: QUrl) -> None:  # noqa: N802
        self.act(self._set_picture(file))

    @Slot()
    def removePicture(self) -> None:  # noqa: N802
        self.act(self._remove_picture())

    @Slot(bool, str)
    def setPresence(self, online: bool, status: str) -> None:  # noqa: N802
        """Be seen or not; with a line for others to read."""
        self.act(self._set_presence(online, status.strip()[:MAX_NAME]))

    async def _refresh(self) -> None:
        client = self.client
        capabilities = await self.bridge.call(client.account.capabilities)
        self.show(_may_name=capabilities.set_display_name, _may_avatar=capabilities.set_avatar)
        await self._read(fresh=True)

    async def _read(self, *, fresh: bool) -> None:
        client, me = self.client, self.user_id
        if fresh:
            await self.bridge.call(lambda: client.people.profile(me, fresh=True))
        await self._read_profile()
        presence = await self.bridge.call(client.people.presence, me)
        if presence is not None:
            self.show(_status=presence.status_message, _online=presence.state != "offline")

    async def _read_profile(self) -> None:
        client, me = self.client, self.user_id
        profile = await self.bridge.call(client.people.known_profile, me)
        name = "" if profile.display_name == me else profile.display_name
        self.show(_name=name, _avatar_url=profile.avatar_url or "")

    async def _set_name(self, name: str) -> None:
        await self.bridge.call(self.client.people.set_display_name, name)
        await self._read_profile()

    async def _set_picture(self, file: QUrl) -> None:
        client = self.client
        url = await upload_picture(self.bridge, client, file)
        await self.bridge.call(client.people.set_avatar, url)
        await self._read_profile()

    async def _remove_picture(self) -> None:
        await self.bridge.call(self.client.people.set_avatar, None)
        await self._read_profile()

    async def _set_presence(self, online: bool, status: str) -> None:
        client = self.client
        await self.bridge.call(client.people.set_presence, "online" if online else "offline", status)
        self.show(_online=online, _status=status)

    def _profiles_changed(self, change: ProfilesChanged) -> None:
        if change.account == self.user_id and self.user_id in change.user_ids:
            self.start(self._read_profile())
