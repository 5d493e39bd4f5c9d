"""`app.dialogs`: the models behind the dialogs, one of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject

from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.create_room import CreateRoomModel
from client_desktop.viewmodels.directory import DirectoryModel
from client_desktop.viewmodels.invite import InviteModel
from client_desktop.viewmodels.let_in import LetInModel
from client_desktop.viewmodels.members_admin import MembersAdminModel
from client_desktop.viewmodels.people_search import PeopleSearchModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.recovery import RecoveryModel
from client_desktop.viewmodels.report import ReportModel
from client_desktop.viewmodels.room_addresses import RoomAddressesModel
from client_desktop.viewmodels.room_export import RoomExportModel
from client_desktop.viewmodels.room_notifications import RoomNotificationsModel
from client_desktop.viewmodels.room_packs import RoomPacksModel
from client_desktop.viewmodels.room_permissions import RoomPermissionsModel
from client_desktop.viewmodels.room_settings import RoomSettingsModel
from client_desktop.viewmodels.space_home import SpaceHomeModel
from client_desktop.viewmodels.user_card import UserCardModel
from client_desktop.viewmodels.verification import VerificationModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client


class DialogsModel(AccountModel):
    """Which dialog is shown is the view's affair; what it shows follows the account together with this."""

    def __init__(
        self, bridge: Bridge, prompt: PromptModel, browser: Browser, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._prompt = prompt
        self._people = PeopleSearchModel(bridge, self)
        self._create_room = CreateRoomModel(bridge, self)
        self._invite = InviteModel(bridge, self._people, self)
        self._directory = DirectoryModel(bridge, self)
        self._space_home = SpaceHomeModel(bridge, self)
        self._room_settings = RoomSettingsModel(bridge, self)
        self._permissions = RoomPermissionsModel(bridge, self)
        self._members = MembersAdminModel(bridge, self)
        self._addresses = RoomAddressesModel(bridge, self)
        self._room_notifications = RoomNotificationsModel(bridge, self)
        self._packs = RoomPacksModel(bridge, self)
        self._export = RoomExportModel(bridge, self)
        self._person = UserCardModel(bridge, self)
        self._report = ReportModel(bridge, self)
        self._verification = VerificationModel(bridge, self)
        self._recovery = RecoveryModel(bridge, prompt, self)
        self._let_in = LetInModel(bridge, browser, parent=self)

    prompt = Property(QObject, lambda self: self._prompt, constant=True)
    createRoom = Property(QObject, lambda self: self._create_room, constant=True)  # noqa: N815
    invite = Property(QObject, lambda self: self._invite, constant=True)
    directory = Property(QObject, lambda self: self._directory, constant=True)
    spaceHome = Property(QObject, lambda self: self._space_home, constant=True)  # noqa: N815
    roomSettings = Property(QObject, lambda self: self._room_settings, constant=True)  # noqa: N815
    permissions = Property(QObject, lambda self: self._permissions, constant=True)
    members = Property(QObject, lambda self: self._members, constant=True)
    addresses = Property(QObject, lambda self: self._addresses, constant=True)
    roomNotifications = Property(QObject, lambda self: self._room_notifications, constant=True)  # noqa: N815
    packs = Property(QObject, lambda self: self._packs, constant=True)
    roomExport = Property(QObject, lambda self: self._export, constant=True)  # noqa: N815
    person = Property(QObject, lambda self: self._person, constant=True)
    report = Property(QObject, lambda self: self._report, constant=True)
    verification = Property(QObject, lambda self: self._verification, constant=True)
    recovery = Property(QObject, lambda self: self._recovery, constant=True)
    letIn = Property(QObject, lambda self: self._let_in, constant=True)  # noqa: N815

    async def use(self, client: Client | None) -> None:
        """Show this account in every dialog."""
        await super().use(client)
        for part in self._parts():
            await part.use(client)

    async def close(self) -> None:
        """End what the dialogs have begun."""
        self._prompt.cancel()
        await super().close()
        await asyncio.gather(*(part.close() for part in self._parts()))

    def _parts(self) -> tuple[AccountModel, ...]:
        return (
            self._people,
            self._create_room,
            self._invite,
            self._directory,
            self._space_home,
            self._room_settings,
            self._permissions,
            self._members,
            self._addresses,
            self._room_notifications,
            self._packs,
            self._export,
            self._person,
            self._report,
            self._verification,
            self._recovery,
            self._let_in,
        )
