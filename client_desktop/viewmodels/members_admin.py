"""The members of a room for those who keep it: joined, invited, asking, banned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import MembersChanged, RoomStateChanged
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.values import Membership, MemberSummary
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.room_permissions import role_name

if TYPE_CHECKING:
    from client_desktop.core.client import Client

MAX_REMOVED: Final = 500
"""Messages of somebody who is banned."""
MAX_SHOWN: Final = 500
"""More are found by searching: nobody scrolls through them."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    user_id: str
    name: str
    avatar_url: str
    membership: str
    role: str
    reason: str
    may_kick: bool
    may_ban: bool
    may_unban: bool
    may_let_in: bool


class MembersAdminModel(Flow):
    """`begin(room)` shows them; `tab` chooses which."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._tab = "join"
        self._term = ""
        self._all: tuple[MemberSummary, ...] = ()
        self._permissions: Permissions | None = None
        self._counts: dict[str, int] = {}
        self._loaded = False
        self._rows: ValueListModel[MemberRow] = ValueListModel(MemberRow, lambda row: row.user_id, self)
        self.listen(MembersChanged, self._members_changed)
        self.listen(RoomStateChanged, self._state_changed)

    members = Property(QObject, lambda self: self._rows, constant=True)
    tab = shown(str, "_tab", changed)
    """join, invite, knock or ban."""
    mayRedact = Property(bool, lambda self: self._may_redact(), notify=changed)  # noqa: N815
    counts = shown("QVariantMap", "_counts", changed)
    loaded = shown(bool, "_loaded", changed)

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        self._room_id, self._term, self._all = room_id, "", ()
        self._rows.reset(())
        self.show(_tab="join", _loaded=False, _counts={})
        self.act(self._read())

    @Slot(str)
    def setTab(self, tab: str) -> None:  # noqa: N802
        self.show(_tab=tab)
        self._list()

    @Slot(str)
    def search(self, term: str) -> None:
        self._term = term.strip().casefold()
        self._list()

    @Slot(str, str)
    def kick(self, user_id: str, reason: str) -> None:
        """Remove somebody, take back an invitation, or decline who asks."""
        self._do(lambda client: client.rooms.kick(self._room_id, user_id, reason.strip()))

    @Slot(str, str, bool)
    def ban(self, user_id: str, reason: str, remove_messages: bool) -> None:
        """Ban somebody; `remove_messages`: and remove what they wrote, as far as this device knows it."""
        room_id = self._room_id
        self._do(lambda client: ban(client, room_id, user_id, reason.strip(), remove_messages))

    @Slot(str)
    def unban(self, user_id: str) -> None:
        self._do(lambda client: client.rooms.unban(self._room_id, user_id))

    @Slot(str)
    def letIn(self, user_id: str) -> None:  # noqa: N802
        """Invite who asks to join."""
        self._do(lambda client: client.rooms.invite(self._room_id, user_id))

    def _may_redact(self) -> bool:
        return self._permissions is not None and self._permissions.may_redact()

    def _do(self, call: Callable[[Client], Awaitable[None]]) -> None:
        self.act(self._apply(call))

    async def _apply(self, call: Callable[[Client], Awaitable[None]]) -> None:
        client = self.client
        await self.bridge.call(lambda: call(client))
        await self._read()

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        self._permissions = await self.bridge.call(client.rooms.permissions, room_id)
        self._all = await self.bridge.call(client.rooms.members, room_id)
        counts = dict.fromkeys(("join", "invite", "knock", "ban"), 0)
        for member in self._all:
            counts[member.membership.value] = counts.get(member.membership.value, 0) + 1
        self.show(_counts=counts, _loaded=True)
        self._list()

    def _list(self) -> None:
        permissions, term = self._permissions, self._term
        if permissions is None:
            return
        fitting = (
            member
            for member in self._all
            if member.membership == self._tab
            and (not term or term in member.name.casefold() or term in member.user_id.casefold())
        )
        self._rows.update(
            [_row(member, permissions) for member, _ in zip(fitting, range(MAX_SHOWN), strict=False)]
        )

    def _members_changed(self, change: MembersChanged) -> None:
        if change.account == self.user_id and change.room_id == self._room_id and self._loaded:
            self.start(self._read())

    def _state_changed(self, change: RoomStateChanged) -> None:
        ours = change.account == self.user_id and change.room_id == self._room_id
        if ours and self._loaded and "m.room.power_levels" in change.types:
            self.start(self._read())


async def ban(client: Client, room_id: str, user_id: str, reason: str, remove_messages: bool) -> None:
    """In the engine's thread: ban somebody, and have what they wrote removed by the send queue.

    Raises: ClientError.
    """
    await client.rooms.ban(room_id, user_id, reason)
    if remove_messages:
        for event_id in client.timelines.written_by(room_id, user_id, MAX_REMOVED):
            client.outbox.redact(room_id, event_id, reason or None)


def _row(member: MemberSummary, permissions: Permissions) -> MemberRow:
    other = member.user_id != permissions.user_id
    present = member.membership in (Membership.JOIN, Membership.INVITE, Membership.KNOCK)
    return MemberRow(
        user_id=member.user_id,
        name=member.name,
        avatar_url=member.avatar_url or "",
        membership=member.membership.value,
        role=role_name(member.power_level)
        if member.power_level != permissions.levels["users_default"]
        else "",
        reason=member.reason,
        may_kick=other and present and permissions.may_kick(member.user_id),
        may_ban=other and present and permissions.may_ban(member.user_id),
        may_unban=member.membership is Membership.BAN and permissions.may_unban(member.user_id),
        may_let_in=member.membership is Membership.KNOCK and permissions.may_invite(),
    )
