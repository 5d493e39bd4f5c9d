"""The page "Notifications": what may call for attention, by topics, words and rooms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import AccountDataChanged
from client_desktop.core.push.levels import Loudness, RoomLevel, Topic, room_level
from client_desktop.core.push.rules import RuleKind
from client_desktop.core.values import Membership
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client

RULES: Final = "m.push_rules"
WORDS: Final = {
    Topic.DIRECT: "direct",
    Topic.ROOMS: "rooms",
    Topic.MENTION: "mentions",
    Topic.ROOM_MENTION: "room_mentions",
    Topic.INVITE: "invites",
    Topic.NOTICE: "bots",
    Topic.UPGRADE: "upgrades",
}
"""Topics that the page shows; calls are none of this client's."""
MAX_ROOMS: Final = 200


@dataclass(frozen=True, slots=True)
class TopicRow:
    word: str
    level: str
    can_be_loud: bool


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room with a setting of its own."""

    room_id: str
    name: str
    avatar_url: str
    level: str


@dataclass(frozen=True, slots=True)
class _Read:
    silent: bool
    topics: tuple[TopicRow, ...]
    keywords: tuple[str, ...]
    rooms: tuple[RoomRow, ...]


class NotificationSettingsModel(Flow):
    """`app.settings.notifications`. The rules are the account's: they hold on every device."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._on = True
        self._keywords: tuple[str, ...] = ()
        self._rooms: tuple[RoomRow, ...] = ()
        self._topics: ValueListModel[TopicRow] = ValueListModel(TopicRow, lambda row: row.word, self)
        self.listen(AccountDataChanged, self._account_data_changed)

    on = shown(bool, "_on", changed)
    topics = Property(QObject, lambda self: self._topics, constant=True)
    keywords = shown(list, "_keywords", changed)
    rooms = shown(list, "_rooms", changed)

    async def account_changed(self) -> None:
        if self.user_id:
            await self._read()

    @Slot(bool)
    def setOn(self, on: bool) -> None:  # noqa: N802
        """Turn everything off, on all devices, or on again."""
        self._do(lambda client: client.push_rules.set_silent(not on))

    @Slot(str, str)
    def setTopic(self, topic_word: str, level: str) -> None:  # noqa: N802
        """Say how loud a kind of things is: off, on or loud."""
        topic = next((topic for topic, word in WORDS.items() if word == topic_word), None)
        if topic is not None:
            self._do(lambda client: client.push_rules.set_topic(topic, Loudness(level)))

    @Slot(str)
    def addKeyword(self, keyword: str) -> None:  # noqa: N802
        if keyword.strip():
            self._do(lambda client: client.push_rules.add_keyword(keyword.strip()))

    @Slot(str)
    def removeKeyword(self, keyword: str) -> None:  # noqa: N802
        self._do(lambda client: client.push_rules.remove_keyword(keyword))

    def _do(self, call: Callable[[Client], Awaitable[None]]) -> None:
        self.act(self._apply(call))

    async def _apply(self, call: Callable[[Client], Awaitable[None]]) -> None:
        client = self.client
        await self.bridge.call(lambda: call(client))

    async def _read(self) -> None:
        client = self.client
        read = await self.bridge.call(lambda: _read_rules(client))
        self._topics.update(read.topics)
        self.show(_on=not read.silent, _keywords=read.keywords, _rooms=read.rooms)

    def _account_data_changed(self, change: AccountDataChanged) -> None:
        if change.account == self.user_id and RULES in change.types:
            self.start(self._read())


def _read_rules(client: Client) -> _Read:
    """Read what the page shows. In the engine's thread."""
    push = client.push_rules
    topics = tuple(
        TopicRow(word, push.topic(topic).value, topic is not Topic.NOTICE) for topic, word in WORDS.items()
    )
    return _Read(push.silent, topics, push.keywords(), _rooms_with_own_level(client))


def _rooms_with_own_level(client: Client) -> tuple[RoomRow, ...]:
    rules = client.push_rules.rules
    named = {rule.rule_id for kind in (RuleKind.ROOM, RuleKind.OVERRIDE) for rule in rules.of_kind(kind)}
    rows = []
    for room_id in sorted(named):
        room = client.rooms.summary(room_id) if room_id.startswith("!") else None
        level = room_level(rules, room_id)
        if room is not None and room.membership is Membership.JOIN and level is not RoomLevel.DEFAULT:
            rows.append(RoomRow(room_id, room.name, room.avatar_url or "", level.value))
    return tuple(sorted(rows, key=lambda row: row.name.casefold())[:MAX_ROOMS])
