"""The permission editor: which role is needed for what, and who has which role."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf
from typing import Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import RoomStateChanged
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.values import MemberSummary, RoomKind
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.words import word

POWER_LEVELS: Final = "m.room.power_levels"
ROLES: Final = ((100, "admin"), (50, "moderator"), (0, "member"), (-1, "muted"))
MAX_PEOPLE: Final = 200
HIGHEST: Final = 999_999_999
"""More than any room needs; creators could give any."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that takes a level: how the power levels name it, and which words do."""

    word: str
    group: str
    kind: str
    """`level` (a member of the content), `event`, `state` (an event type) or `notify`."""
    name: str


MESSAGES: Final = (
    Act("events_default", "messages", "level", "events_default"),
    Act("reaction", "messages", "event", "m.reaction"),
    Act("redaction", "messages", "event", "m.room.redaction"),
    Act("redact", "messages", "level", "redact"),
    Act("pinned", "messages", "state", "m.room.pinned_events"),
    Act("notify_room", "messages", "notify", "room"),
)
PEOPLE: Final = (
    Act("users_default", "people", "level", "users_default"),
    Act("invite", "people", "level", "invite"),
    Act("kick", "people", "level", "kick"),
    Act("ban", "people", "level", "ban"),
)
ROOM: Final = (
    Act("name", "room", "state", "m.room.name"),
    Act("avatar", "room", "state", "m.room.avatar"),
    Act("topic", "room", "state", "m.room.topic"),
    Act("canonical_alias", "room", "state", "m.room.canonical_alias"),
    Act("join_rules", "room", "state", "m.room.join_rules"),
    Act("history_visibility", "room", "state", "m.room.history_visibility"),
    Act("encryption", "room", "state", "m.room.encryption"),
    Act("image_packs", "room", "state", "im.ponies.room_emotes"),
    Act("server_acl", "room", "state", "m.room.server_acl"),
    Act("power_levels", "room", "state", POWER_LEVELS),
    Act("tombstone", "room", "state", "m.room.tombstone"),
    Act("state_default", "room", "level", "state_default"),
)
SPACE: Final = (
    Act("space_child", "space", "state", "m.space.child"),
    *(act for act in ROOM if act.word not in ("encryption", "image_packs")),
)


@dataclass(frozen=True, slots=True)
class ActRow:
    word: str
    group: str
    level: int
    role: str
    """What the level is called."""
    editable: bool


@dataclass(frozen=True, slots=True)
class RoleRow:
    user_id: str
    name: str
    avatar_url: str
    level: int
    role: str
    creator: bool
    own: bool
    editable: bool


class RoomPermissionsModel(Flow):
    """`begin(room)` shows it. Levels above one's own cannot be given, nor taken from one's equals."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._own_level = 0.0
        self._may_change = False
        self._acts: ValueListModel[ActRow] = ValueListModel(ActRow, lambda row: row.word, self)
        self._people: ValueListModel[RoleRow] = ValueListModel(RoleRow, lambda row: row.user_id, self)
        self.listen(RoomStateChanged, self._state_changed)

    acts = Property(QObject, lambda self: self._acts, constant=True)
    people = Property(QObject, lambda self: self._people, constant=True)
    """Those whose role is not the default one."""
    mayChange = shown(bool, "_may_change", changed)  # noqa: N815
    roles = Property(list, lambda self: role_choices(self._own_level), notify=changed)
    """Roles that can be given: `{level, name}`."""
    highest = Property(float, lambda self: min(self._own_level, HIGHEST), notify=changed)
    """The highest level that can be given."""

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        if room_id != self._room_id:
            self._acts.reset(())
            self._people.reset(())
        self._room_id = room_id
        self.act(self._read())

    @Slot(str, int)
    def setAct(self, act_word: str, level: int) -> None:  # noqa: N802
        """Say which level something takes."""
        act = next((act for act in (*MESSAGES, *PEOPLE, *ROOM, *SPACE) if act.word == act_word), None)
        if act is not None:
            self.act(self._set_act(act, level))

    @Slot(str, int)
    def setRole(self, user_id: str, level: int) -> None:  # noqa: N802
        """Give somebody a role."""
        self.act(self._set_role(user_id, level))

    async def _set_act(self, act: Act, level: int) -> None:
        changes: dict[str, object] = {act.name: level}
        if act.kind in ("event", "state"):
            changes = {"events": changes}
        elif act.kind == "notify":
            changes = {"notifications": changes}
        client, room_id = self.client, self._room_id
        try:
            await self.bridge.call(lambda: client.rooms.set_power_levels(room_id, changes))
        finally:
            await self._read()

    async def _set_role(self, user_id: str, level: int) -> None:
        client, room_id = self.client, self._room_id
        try:
            await self.bridge.call(lambda: client.rooms.set_power_level(room_id, user_id, level))
        finally:
            await self._read()

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        permissions = await self.bridge.call(client.rooms.permissions, room_id)
        summary = await self.bridge.call(client.rooms.summary, room_id)
        space = summary is not None and summary.kind is RoomKind.SPACE
        self.show(_own_level=permissions.own_level, _may_change=permissions.may_state(POWER_LEVELS))
        self._acts.update(act_rows(permissions, space=space))
        members = await self.bridge.call(client.rooms.members, room_id)
        self._people.update(role_rows(permissions, members))

    def _state_changed(self, change: RoomStateChanged) -> None:
        ours = change.account == self.user_id and change.room_id == self._room_id
        if ours and POWER_LEVELS in change.types:
            self.start(self._read())


def act_rows(permissions: Permissions, *, space: bool) -> list[ActRow]:
    """What everything takes now."""
    may = permissions.may_state(POWER_LEVELS)
    rows = []
    for act in (*PEOPLE, *SPACE) if space else (*MESSAGES, *PEOPLE, *ROOM):
        level = _level_of(act, permissions)
        editable = may and level <= permissions.own_level
        rows.append(ActRow(act.word, act.group, level, role_name(level), editable))
    return rows


def role_rows(permissions: Permissions, members: tuple[MemberSummary, ...]) -> list[RoleRow]:
    """Everybody whose level is not the default, the mightiest first."""
    default = permissions.levels["users_default"]
    return [
        RoleRow(
            user_id=member.user_id,
            name=member.name,
            avatar_url=member.avatar_url or "",
            level=100 if isinf(member.power_level) else int(member.power_level),
            role=role_name(member.power_level),
            creator=isinf(member.power_level),
            own=member.user_id == permissions.user_id,
            editable=permissions.may_set_level(member.user_id, default),
        )
        for member in members[: MAX_PEOPLE * 10]
        if member.power_level != default
    ][:MAX_PEOPLE]


def role_name(level: float) -> str:
    """What a level is called."""
    if level == inf:
        return word("dialogs.role_creator")
    for known, name in ROLES:
        if level == known:
            return word(f"dialogs.role_{name}")
    return word("dialogs.role_custom", str(int(level)))


def role_choices(own_level: float) -> list[dict[str, object]]:
    """The roles that somebody of this level can give."""
    return [
        {"level": level, "name": word(f"dialogs.role_{name}")} for level, name in ROLES if level <= own_level
    ]


def _level_of(act: Act, permissions: Permissions) -> int:
    if act.kind == "level":
        return permissions.levels[act.name]
    if act.kind == "notify":
        return permissions.room_mention_level
    return permissions.level_to_send(act.name, state=act.kind == "state")
