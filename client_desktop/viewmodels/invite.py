"""Inviting people to a room, and beginning a chat with somebody."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.errors import ClientError
from client_desktop.core.values import Membership
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.people_search import PeopleSearchModel
from client_desktop.viewmodels.problems import sentence
from client_desktop.viewmodels.words import word


class InviteModel(Flow):
    """`begin` for a room, or without one for a direct chat; `submit` does it."""

    changed = Signal()
    done = Signal(str)
    """The room: whose invitations went out, or the chat that was begun."""

    def __init__(self, bridge: Bridge, search: PeopleSearchModel, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._search = search
        self._room_id = ""
        self._room_name = ""
        self._link = ""

    search = Property(QObject, lambda self: self._search, constant=True)
    roomName = shown(str, "_room_name", changed)  # noqa: N815
    link = shown(str, "_link", changed)
    """An address of the room that can be passed on; empty where only invitations lead in."""

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Start anew."""
        self._room_id = room_id
        self.show(_room_name="", _link="")
        self._search.begin({})
        if room_id:
            self.act(self._look_at_room(room_id))
        else:
            self.set_error("")

    @Slot()
    def submit(self) -> None:
        """Invite everybody who was chosen."""
        chosen = [row.user_id for row in self._search.picked]
        if chosen:
            self.act(self._invite(chosen))

    @Slot(str)
    def startChat(self, user_id: str) -> None:  # noqa: N802
        """Open the chat with somebody, made where there is none."""
        self.act(self._start_chat(user_id))

    async def _look_at_room(self, room_id: str) -> None:
        client = self.client
        room = await self.bridge.call(client.rooms.summary, room_id)
        if room is not None:
            link = f"https://matrix.to/#/{room.canonical_alias}" if room.canonical_alias else ""
            self.show(_room_name=room.name, _link=link)
        members = await self.bridge.call(client.rooms.members, room_id)
        notes = {
            Membership.JOIN: word("dialogs.invite_member"),
            Membership.INVITE: word("dialogs.invite_invited"),
        }
        self._search.begin(
            {each.user_id: notes[each.membership] for each in members if each.membership in notes}
        )

    async def _invite(self, user_ids: list[str]) -> None:
        client, refused, why = self.client, [], ""
        for user_id in user_ids:
            try:
                await self.bridge.call(client.rooms.invite, self._room_id, user_id)
            except ClientError as problem:
                refused.append(user_id)
                why = sentence(problem)
        if refused:
            self.set_error(f"{word('dialogs.invite_partly', ', '.join(refused))} {why}")
        else:
            self.done.emit(self._room_id)

    async def _start_chat(self, user_id: str) -> None:
        client = self.client
        room_id = await self.bridge.call(lambda: client.rooms.start_direct(user_id))
        self.done.emit(room_id)
