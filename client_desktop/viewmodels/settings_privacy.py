"""The page "Privacy": who is ignored. What is kept on this device is in the preferences."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import AccountDataChanged
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.problems import error_sentence
from federation.protocol.ids import InvalidIdentifier, parse_user_id

IGNORED = "m.ignored_user_list"


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    user_id: str
    name: str
    avatar_url: str


class PrivacySettingsModel(Flow):
    """`app.settings.privacy`."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._ignored: tuple[IgnoredRow, ...] = ()
        self.listen(AccountDataChanged, self._account_data_changed)

    ignored = shown(list, "_ignored", changed)

    async def account_changed(self) -> None:
        self.show(_ignored=())
        if self.user_id:
            await self._read()

    @Slot(str)
    def ignore(self, user_id: str) -> None:
        """See nothing that somebody writes."""
        try:
            wanted = parse_user_id(user_id.strip())
        except InvalidIdentifier:
            self.set_error(error_sentence("no_user_id"))
        else:
            self.act(self._ignore(wanted))

    @Slot(str)
    def unignore(self, user_id: str) -> None:
        """See again what they write."""
        self.act(self._unignore(user_id))

    async def _ignore(self, user_id: str) -> None:
        await self.bridge.call(self.client.people.ignore, user_id)

    async def _unignore(self, user_id: str) -> None:
        await self.bridge.call(self.client.people.unignore, user_id)

    async def _read(self) -> None:
        people = self.client.people

        def read() -> tuple[IgnoredRow, ...]:
            profiles = (people.known_profile(user_id) for user_id in sorted(people.ignored()))
            return tuple(
                IgnoredRow(each.user_id, each.display_name, each.avatar_url or "") for each in profiles
            )

        self.show(_ignored=await self.bridge.call(read))

    def _account_data_changed(self, change: AccountDataChanged) -> None:
        if change.account == self.user_id and not change.room_id and IGNORED in change.types:
            self.start(self._read())
