"""A room's settings: name, topic, picture, who may join and read, encryption, version, leaving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.changes import RoomsChanged, RoomStateChanged
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.values import Membership, RoomKind, RoomSummary
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.create_room import version_key
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.picture_upload import upload_picture
from federation.protocol.ids import server_name_of

if TYPE_CHECKING:
    from client_desktop.core.client import Client

MAX_CREATORS: Final = 20


@dataclass(frozen=True, slots=True)
class SpaceChoice:
    """A space whose members may join."""

    room_id: str
    name: str
    avatar_url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RoomView:
    """Everything that the pages show, read in one go."""

    room_id: str = ""
    name: str = ""
    topic: str = ""
    avatar_url: str = ""
    space: bool = False
    direct: bool = False
    encrypted: bool = False
    version: str = ""
    creators: tuple[str, ...] = ()
    predecessor: str = ""
    join_rule: str = "invite"
    allowed: tuple[str, ...] = ()
    history: str = "shared"
    guests: bool = False
    federated: bool = True
    banned_servers: tuple[str, ...] = ()
    spaces: tuple[SpaceChoice, ...] = ()
    may_name: bool = False
    may_topic: bool = False
    may_avatar: bool = False
    may_join_rule: bool = False
    may_history: bool = False
    may_guests: bool = False
    may_encrypt: bool = False
    may_acl: bool = False
    may_alias: bool = False
    may_upgrade: bool = False
    may_packs: bool = False
    may_levels: bool = False
    own_server: str = ""
    last_admin: bool = False
    """Nobody could change the room any more if the user left."""


class RoomSettingsModel(Flow):
    """`begin(room)` shows a room; every slot changes one thing at once."""

    changed = Signal()
    left = Signal(str)
    upgraded = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._room = RoomView()
        self._published = False
        self._versions: tuple[str, ...] = ()
        self._recommended = ""
        self.listen(RoomStateChanged, self._state_changed)
        self.listen(RoomsChanged, self._rooms_changed)

    roomId = shown(str, "_room_id", changed)  # noqa: N815
    room = shown("QVariant", "_room", changed)
    """A `RoomView`."""
    published = shown(bool, "_published", changed)
    versions = shown(list, "_versions", changed)
    recommendedVersion = shown(str, "_recommended", changed)  # noqa: N815

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        self.show(_room_id=room_id, _published=False)
        self.act(self._begin())

    @Slot(str)
    def setName(self, name: str) -> None:  # noqa: N802
        self._change(lambda client: client.rooms.set_name(self._room_id, name.strip()))

    @Slot(str)
    def setTopic(self, topic: str) -> None:  # noqa: N802
        self._change(lambda client: client.rooms.set_topic(self._room_id, topic.strip()))

    @Slot(QUrl)
    def setPicture(self, file: QUrl) -> None:  # noqa: N802
        self.act(self._set_picture(file))

    @Slot()
    def removePicture(self) -> None:  # noqa: N802
        self._change(lambda client: client.rooms.set_avatar(self._room_id, None))

    @Slot(str)
    def setJoinRule(self, rule: str) -> None:  # noqa: N802
        """Say who can join; restricted rules keep the spaces that are chosen."""
        allowed = self._allowed() if rule in ("restricted", "knock_restricted") else ()
        self._change(lambda client: client.rooms.set_join_rule(self._room_id, rule, allowed))

    @Slot(str, bool)
    def setSpaceAllowed(self, space_id: str, allowed: bool) -> None:  # noqa: N802
        """Let members of a space join, or no more."""
        spaces = tuple(space for space in self._room.allowed if space != space_id)
        chosen = (*spaces, space_id) if allowed else spaces
        rule = self._room.join_rule
        self._change(lambda client: client.rooms.set_join_rule(self._room_id, rule, chosen))

    @Slot(str)
    def setHistory(self, visibility: str) -> None:  # noqa: N802
        self._change(lambda client: client.rooms.set_history_visibility(self._room_id, visibility))

    @Slot(bool)
    def setGuests(self, allowed: bool) -> None:  # noqa: N802
        self._change(lambda client: client.rooms.set_guest_access(self._room_id, allowed))

    @Slot(bool)
    def setPublished(self, published: bool) -> None:  # noqa: N802
        self.act(self._set_published(published))

    @Slot()
    def encrypt(self) -> None:
        """Encrypt from now on; there is no way back."""
        self._change(lambda client: client.rooms.enable_encryption(self._room_id))

    @Slot(str)
    def setBannedServers(self, lines: str) -> None:  # noqa: N802
        """Keep these servers out, one a line; `*` stands for anything."""
        denied = tuple(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))
        self._change(lambda client: client.rooms.set_server_acl(self._room_id, ("*",), denied, True))

    @Slot(str)
    def upgrade(self, version: str) -> None:
        """Replace the room by one of another version."""
        self.act(self._upgrade(version))

    @Slot(bool)
    def leave(self, forget: bool) -> None:
        """Leave the room; and have it out of the list for good."""
        self.act(self._leave(forget))

    def _change(self, call: Callable[[Client], Awaitable[object]]) -> None:
        self.act(self._apply(call))

    async def _apply(self, call: Callable[[Client], Awaitable[object]]) -> None:
        client = self.client
        try:
            await self.bridge.call(lambda: call(client))
        finally:
            await self._read()

    async def _begin(self) -> None:
        await self._read()
        client = self.client
        if not self._versions:
            default, versions = await self.bridge.call(client.rooms.room_versions)
            stable = sorted((v for v, state in versions.items() if state == "stable"), key=version_key)
            self.show(_recommended=default, _versions=tuple(stable))
        if not self._room.direct:
            self.show(_published=await self.bridge.call(client.rooms.is_published, self._room_id))

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        self.show(_room=await self.bridge.call(lambda: read_room(client, room_id)))

    async def _set_picture(self, file: QUrl) -> None:
        client = self.client
        url = await upload_picture(self.bridge, client, file)
        await self._apply(lambda client: client.rooms.set_avatar(self._room_id, url))

    async def _set_published(self, published: bool) -> None:
        client = self.client
        self.show(_published=published)
        try:
            await self.bridge.call(client.rooms.set_published, self._room_id, published)
        finally:
            self.show(_published=await self.bridge.call(client.rooms.is_published, self._room_id))

    async def _upgrade(self, version: str) -> None:
        client, room_id = self.client, self._room_id
        replacement = await self.bridge.call(lambda: client.rooms.upgrade(room_id, version))
        self.upgraded.emit(replacement)

    async def _leave(self, forget: bool) -> None:
        client, room_id = self.client, self._room_id
        await self.bridge.call(client.rooms.leave, room_id)
        if forget:
            await self.bridge.call(client.rooms.forget, room_id)
        self.left.emit(room_id)

    def _allowed(self) -> tuple[str, ...]:
        """The spaces that are chosen; where none is, those that the room is in."""
        if self._room.allowed:
            return self._room.allowed
        return tuple(space.room_id for space in self._room.spaces)[:1]

    def _state_changed(self, change: RoomStateChanged) -> None:
        if change.account == self.user_id and change.room_id == self._room_id and self._room_id:
            self.start(self._read())

    def _rooms_changed(self, change: RoomsChanged) -> None:
        if change.account == self.user_id and any(room.room_id == self._room_id for room in change.rooms):
            self.start(self._read())


def read_room(client: Client, room_id: str) -> RoomView:
    """Read what the pages show from the store. In the engine's thread."""
    summary = client.rooms.summary(room_id)
    if summary is None:
        return RoomView(room_id=room_id, name=room_id)
    permissions = client.rooms.permissions(room_id)

    def content(event_type: str) -> dict[str, Any]:
        return client.rooms.state(room_id, event_type) or {}

    create, rules, acl = content("m.room.create"), content("m.room.join_rules"), content("m.room.server_acl")
    allowed = _allowed_rooms(rules)
    denied = acl.get("deny")
    predecessor = create.get("predecessor")
    return RoomView(
        room_id=room_id,
        name=summary.name,
        topic=summary.topic,
        avatar_url=summary.avatar_url or "",
        space=summary.kind is RoomKind.SPACE,
        direct=summary.kind is RoomKind.DIRECT,
        encrypted=summary.encrypted,
        version=summary.room_version,
        creators=_creators(client, room_id, permissions),
        predecessor=str(predecessor.get("room_id", "")) if isinstance(predecessor, dict) else "",
        join_rule=str(rules.get("join_rule", "invite")),
        allowed=allowed,
        history=str(content("m.room.history_visibility").get("history_visibility", "shared")),
        guests=content("m.room.guest_access").get("guest_access") == "can_join",
        federated=create.get("m.federate") is not False,
        banned_servers=tuple(str(name) for name in denied[:5000]) if isinstance(denied, list) else (),
        spaces=_spaces(client.rooms.list(), summary, allowed),
        may_name=permissions.may_state("m.room.name"),
        may_topic=permissions.may_state("m.room.topic"),
        may_avatar=permissions.may_state("m.room.avatar"),
        may_join_rule=permissions.may_state("m.room.join_rules"),
        may_history=permissions.may_state("m.room.history_visibility"),
        may_guests=permissions.may_state("m.room.guest_access"),
        may_encrypt=permissions.may_state("m.room.encryption"),
        may_acl=permissions.may_state("m.room.server_acl"),
        may_alias=permissions.may_state("m.room.canonical_alias"),
        may_upgrade=permissions.may_upgrade(),
        may_packs=permissions.may_state("im.ponies.room_emotes"),
        may_levels=permissions.may_state("m.room.power_levels"),
        own_server=server_name_of(client.me.user_id),
        last_admin=summary.joined_members > 1 and _is_last_admin(permissions),
    )


def _creators(client: Client, room_id: str, permissions: Permissions) -> tuple[str, ...]:
    if permissions.creators:
        return tuple(sorted(permissions.creators))[:MAX_CREATORS]
    event = client.rooms.state_event(room_id, "m.room.create") or {}
    return (str(event["sender"]),) if "sender" in event else ()


def _is_last_admin(permissions: Permissions) -> bool:
    """Tell whether only the user may change the permissions."""
    needed = permissions.level_to_send("m.room.power_levels", state=True)
    mighty = {user_id for user_id, level in permissions.users.items() if level >= needed}
    return permissions.may_state("m.room.power_levels") and mighty | permissions.creators == {
        permissions.user_id
    }


def _allowed_rooms(rules: dict[str, Any]) -> tuple[str, ...]:
    allow = rules.get("allow")
    entries = [entry for entry in allow if isinstance(entry, dict)] if isinstance(allow, list) else []
    return tuple(str(entry["room_id"]) for entry in entries[:100] if isinstance(entry.get("room_id"), str))


def _spaces(
    rooms: tuple[RoomSummary, ...], room: RoomSummary, allowed: tuple[str, ...]
) -> tuple[SpaceChoice, ...]:
    """The user's spaces, those that hold the room first, and those that are allowed without being known."""
    mine = {
        space.room_id: SpaceChoice(
            space.room_id, space.name, space.avatar_url or "", space.room_id in allowed
        )
        for space in sorted(rooms, key=lambda each: (each.room_id not in room.parents, each.name.casefold()))
        if space.kind is RoomKind.SPACE
        and space.membership is Membership.JOIN
        and space.room_id != room.room_id
    }
    others = {
        space_id: SpaceChoice(space_id, space_id, "", True) for space_id in allowed if space_id not in mine
    }
    return tuple({**mine, **others}.values())
