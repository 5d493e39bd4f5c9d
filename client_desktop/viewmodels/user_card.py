"""One person: who they are, whether they are verified, and what can be done about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import AccountDataChanged, DevicesChanged, MembersChanged, PresenceChanged
from client_desktop.core.errors import ClientError
from client_desktop.core.values import Membership, UserTrust
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.members_admin import ban
from client_desktop.viewmodels.room_permissions import HIGHEST, role_choices, role_name
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client

MAX_MUTUAL: Final = 50


@dataclass(frozen=True, slots=True)
class CardDevice:
    device_id: str
    name: str
    verified: bool
    key: str


@dataclass(frozen=True, slots=True)
class MutualRoom:
    room_id: str
    name: str
    avatar_url: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """What the card shows, read in one go."""

    user_id: str = ""
    name: str = ""
    avatar_url: str = ""
    own: bool = False
    ignored: bool = False
    trust: str = UserTrust.UNKNOWN.value
    presence: str = ""
    presence_text: str = ""
    membership: str = ""
    role: str = ""
    level: int = 0
    may_kick: bool = False
    may_ban: bool = False
    may_unban: bool = False
    may_set_role: bool = False
    may_invite: bool = False
    may_redact: bool = False
    """Remove what others wrote."""
    highest: float = 0
    """The highest level that can be given here."""
    roles: tuple[dict[str, object], ...] = ()
    devices: tuple[CardDevice, ...] = ()


class UserCardModel(Flow):
    """`begin(user, room)` shows somebody, in a room or without one."""

    changed = Signal()
    chatOpened = Signal(str)  # noqa: N815

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._about = ""
        self._room_id = ""
        self._person = PersonView()
        self._mutual: tuple[MutualRoom, ...] = ()
        self.listen(DevicesChanged, self._people_changed)
        self.listen(PresenceChanged, self._people_changed)
        self.listen(MembersChanged, self._members_changed)
        self.listen(AccountDataChanged, self._account_data_changed)

    person = shown("QVariant", "_person", changed)
    """A `PersonView`."""
    roomId = shown(str, "_room_id", changed)  # noqa: N815
    mutual = shown(list, "_mutual", changed)
    """Rooms that one shares with them."""

    @Slot(str, str)
    def begin(self, user_id: str, room_id: str) -> None:
        """Show this person."""
        self._about = user_id
        self.show(_room_id=room_id, _person=PersonView(user_id=user_id, name=user_id), _mutual=())
        self.act(self._begin())

    @Slot()
    def message(self) -> None:
        """Open the chat with them."""
        self.act(self._message())

    @Slot(bool)
    def setIgnored(self, ignored: bool) -> None:  # noqa: N802
        self._do(lambda client: (client.people.ignore if ignored else client.people.unignore)(self._about))

    @Slot(str)
    def kick(self, reason: str) -> None:
        self._do(lambda client: client.rooms.kick(self._room_id, self._about, reason.strip()))

    @Slot(str)
    def ban(self, reason: str, remove_messages: bool) -> None:
        room_id, about = self._room_id, self._about
        self._do(lambda client: ban(client, room_id, about, reason.strip(), remove_messages))

    @Slot()
    def unban(self) -> None:
        self._do(lambda client: client.rooms.unban(self._room_id, self._about))

    @Slot(int)
    def setRole(self, level: int) -> None:  # noqa: N802
        self._do(lambda client: client.rooms.set_power_level(self._room_id, self._about, level))

    @Slot()
    def acceptIdentity(self) -> None:  # noqa: N802
        """Go by their new keys from now on."""
        self.act(self._accept_identity())

    def _do(self, call: Callable[[Client], Awaitable[None]]) -> None:
        self.act(self._apply(call))

    async def _apply(self, call: Callable[[Client], Awaitable[None]]) -> None:
        client = self.client
        try:
            await self.bridge.call(lambda: call(client))
        finally:
            await self._read()

    async def _begin(self) -> None:
        client, about = self.client, self._about
        await self._read()
        try:
            await self.bridge.call(client.people.profile, about)
            await self.bridge.call(client.crypto.devices.current, [about])
        except ClientError:
            pass  # what is known already is shown; the server may know nobody of this name
        await self._read()
        if about != self.user_id:
            rooms = await self.bridge.call(client.people.mutual_rooms, about)
            self.show(_mutual=await self.bridge.call(lambda: _mutual_rooms(client, rooms)))

    async def _read(self) -> None:
        client, about, room_id = self.client, self._about, self._room_id
        person = await self.bridge.call(lambda: read_person(client, about, room_id))
        if about == self._about:
            self.show(_person=person)

    async def _message(self) -> None:
        client, about = self.client, self._about
        self.chatOpened.emit(await self.bridge.call(lambda: client.rooms.start_direct(about)))

    async def _accept_identity(self) -> None:
        client, about = self.client, self._about
        await self.bridge.call(lambda: client.crypto.acknowledge_identity(about))
        await self._read()

    def _people_changed(self, change: DevicesChanged | PresenceChanged) -> None:
        if change.account == self.user_id and self._about in change.user_ids:
            self.start(self._read())

    def _members_changed(self, change: MembersChanged) -> None:
        if (
            change.account == self.user_id
            and change.room_id == self._room_id
            and self._about in change.user_ids
        ):
            self.start(self._read())

    def _account_data_changed(self, change: AccountDataChanged) -> None:
        if change.account == self.user_id and self._about and "m.ignored_user_list" in change.types:
            self.start(self._read())


def read_person(client: Client, user_id: str, room_id: str) -> PersonView:
    """Read what is known of somebody, without asking anybody. In the engine's thread."""
    profile = client.people.known_profile(user_id)
    own = user_id == client.me.user_id
    member = client.rooms.member(room_id, user_id) if room_id else None
    permissions = client.rooms.permissions(room_id) if room_id else None
    presence = client.people.presence(user_id)
    present = member is not None and member.membership in (
        Membership.JOIN,
        Membership.INVITE,
        Membership.KNOCK,
    )
    banned = member is not None and member.membership is Membership.BAN
    return PersonView(
        user_id=user_id,
        name=member.name if member is not None else profile.display_name,
        avatar_url=(member.avatar_url if member is not None else profile.avatar_url) or "",
        own=own,
        ignored=user_id in client.people.ignored(),
        trust=client.crypto.user_trust(user_id).value,
        presence=presence.state if presence is not None else "",
        presence_text=_presence_text(presence.state, presence.status_message, presence.currently_active)
        if presence is not None
        else "",
        membership=member.membership.value if member is not None else "",
        role=role_name(member.power_level) if member is not None else "",
        level=int(min(member.power_level, 100)) if member is not None else 0,
        may_kick=not own and present and permissions is not None and permissions.may_kick(user_id),
        may_ban=not own and not banned and permissions is not None and permissions.may_ban(user_id),
        may_unban=banned and permissions is not None and permissions.may_unban(user_id),
        may_set_role=present and permissions is not None and permissions.may_set_level(user_id, 0),
        may_invite=not present and not banned and permissions is not None and permissions.may_invite(),
        may_redact=permissions is not None and permissions.may_redact(),
        highest=min(permissions.own_level, HIGHEST) if permissions is not None else 0,
        roles=tuple(role_choices(permissions.own_level)) if permissions is not None else (),
        devices=tuple(
            CardDevice(
                device.device_id, device.display_name or device.device_id, device.verified, device.ed25519_key
            )
            for device in client.crypto.devices_of(user_id)
            if not device.dehydrated
        ),
    )


def _presence_text(state: str, message: str, active: bool) -> str:
    if message:
        return message
    names = {"online": "active_now" if active else "online", "unavailable": "away"}
    return word(f"dialogs.card_{names.get(state, 'offline')}")


def _mutual_rooms(client: Client, room_ids: tuple[str, ...]) -> tuple[MutualRoom, ...]:
    found = (client.rooms.summary(room_id) for room_id in room_ids)
    rooms = [room for room in found if room is not None][:MAX_MUTUAL]
    return tuple(MutualRoom(room.room_id, room.name, room.avatar_url or "") for room in rooms)
