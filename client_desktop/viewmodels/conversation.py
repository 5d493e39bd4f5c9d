"""A room or a thread as one works in it: its timeline, what can be done to messages, and the composer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import MemberSummary, RoomSummary
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.composer import ComposerModel
from client_desktop.viewmodels.media import MediaModel
from client_desktop.viewmodels.messages import MessagesModel
from client_desktop.viewmodels.selection import SelectionModel
from client_desktop.viewmodels.timeline import TimelineModel
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client


class Conversation(ViewModel):
    """Made when a room or thread is shown, kept while it is likely to be shown again."""

    def __init__(
        self,
        bridge: Bridge,
        client: Client,
        room_id: str,
        thread_root: str,
        rooms: Callable[[], Iterable[RoomSummary]],
        media: MediaModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self.room_id = room_id
        self.thread_root = thread_root
        self._me = client.me.user_id
        self._media = media
        self._members: tuple[MemberSummary, ...] | None = None
        self.timeline_model = TimelineModel(bridge, client, room_id, thread_root, self)
        self.messages_model = MessagesModel(bridge, client, self.timeline_model, media, self)
        self.selection_model = SelectionModel(bridge, client, self.timeline_model, self)
        self.composer_model = ComposerModel(bridge, client, self.timeline_model, rooms, self)
        for part in self._parts():
            part.failed.connect(self.failed)

    timeline = Property(QObject, lambda self: self.timeline_model, constant=True)
    messages = Property(QObject, lambda self: self.messages_model, constant=True)
    selection = Property(QObject, lambda self: self.selection_model, constant=True)
    composer = Property(QObject, lambda self: self.composer_model, constant=True)
    roomId = Property(str, lambda self: self.room_id, constant=True)  # noqa: N815
    threadRoot = Property(str, lambda self: self.thread_root, constant=True)  # noqa: N815

    def open(self) -> None:
        """Begin to load; what the store holds is there at once."""
        self.timeline_model.start(self.timeline_model.open())
        self.composer_model.start(self.composer_model.open())

    def set_members(self, members: tuple[MemberSummary, ...]) -> None:
        """Who can be mentioned, and what they are called where they are."""
        if members == self._members:
            return  # every row would be made again
        self._members = members
        self.composer_model.members = members
        names = {member.user_id: member.name for member in members}
        self.timeline_model.set_surroundings(
            Surroundings(
                me=self._me,
                mentions_room=True,
                name_of=lambda user_id: names.get(user_id, ""),
                picture=self._media.known_picture,
            )
        )

    def choose(self, *, typing: bool, private_receipts: bool) -> None:
        """What others are told."""
        self.composer_model.tells_typing = typing
        self.timeline_model.private_receipts = private_receipts

    async def close(self) -> None:
        await asyncio.gather(*(part.close() for part in self._parts()))
        await super().close()
        self.deleteLater()

    def _parts(self) -> tuple[ViewModel, ...]:
        return self.composer_model, self.selection_model, self.messages_model, self.timeline_model
