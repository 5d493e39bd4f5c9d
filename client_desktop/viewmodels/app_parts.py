"""The parts of the interface that the first frame does without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.commands import CommandsModel
from client_desktop.viewmodels.emoji import EmojiModel
from client_desktop.viewmodels.forward import ForwardModel
from client_desktop.viewmodels.room import RoomModel
from client_desktop.viewmodels.search import SearchModel
from client_desktop.viewmodels.source import SourceModel
from client_desktop.viewmodels.switcher import SwitcherModel
from client_desktop.viewmodels.viewer import ViewerModel

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from client_desktop.viewmodels.app import App


@dataclass(frozen=True, slots=True)
class AppParts:
    """By the names under which QML knows them."""

    room: RoomModel
    search: SearchModel
    forward: ForwardModel
    source: SourceModel
    commands: CommandsModel
    switcher: SwitcherModel
    emoji: EmojiModel
    viewer: ViewerModel

    @classmethod
    def make(cls, app: App, settings: QSettings | None) -> AppParts:
        """Make them all, as parts of `app`."""
        bridge, rooms, media = app.bridge, app.rooms_model, app.media_model
        room = RoomModel(bridge, rooms, media, app)
        return cls(
            room=room,
            search=SearchModel(bridge, rooms, room, app),
            forward=ForwardModel(bridge, rooms, app),
            source=SourceModel(bridge, app),
            commands=CommandsModel(bridge, room, app),
            switcher=SwitcherModel(rooms.summaries.values, lambda: room.room_id, app),
            emoji=EmojiModel(settings, app),
            viewer=ViewerModel(bridge, media, app),
        )

    def of_accounts(self) -> tuple[AccountModel, ...]:
        """Those that show an account."""
        return (self.room, self.search, self.forward, self.source, self.commands, self.viewer)
