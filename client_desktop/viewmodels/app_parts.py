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
    from PySide6.QtCore import QObject, QSettings

    from client_desktop.viewmodels.bridge import Bridge
    from client_desktop.viewmodels.media import MediaModel
    from client_desktop.viewmodels.rooms import RoomsModel


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
    def make(
        cls, bridge: Bridge, rooms: RoomsModel, media: MediaModel, settings: QSettings | None, parent: QObject
    ) -> AppParts:
        """Make them all, over the parts that the first frame has; `parent` owns them."""
        room = RoomModel(bridge, rooms, media, parent)
        return cls(
            room=room,
            search=SearchModel(bridge, rooms, room, parent),
            forward=ForwardModel(bridge, rooms, parent),
            source=SourceModel(bridge, parent),
            commands=CommandsModel(bridge, room, parent),
            switcher=SwitcherModel(rooms.summaries.values, lambda: room.room_id, parent),
            emoji=EmojiModel(settings, parent),
            viewer=ViewerModel(bridge, media, parent),
        )

    def of_accounts(self) -> tuple[AccountModel, ...]:
        """Those that show an account."""
        return (self.room, self.search, self.forward, self.source, self.commands, self.viewer)
