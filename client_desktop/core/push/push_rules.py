"""Notifications of one account: its rules, what they count and tell, and changing them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from client_desktop.core.api import Api, path
from client_desktop.core.changes import (
    AccountDataChanged,
    Change,
    Changes,
    RoomsChanged,
    SyncStateChanged,
)
from client_desktop.core.clock import Clock
from client_desktop.core.errors import MatrixError
from client_desktop.core.push import levels, unread
from client_desktop.core.push.classify import Classifier
from client_desktop.core.push.default_rules import default_rules
from client_desktop.core.push.levels import Loudness, RoomLevel, RuleChange, Topic
from client_desktop.core.push.mutes import Mutes
from client_desktop.core.push.notifier import Notifier
from client_desktop.core.push.rules import MASTER, Outcome, RuleKind, RuleSet, parse_rules
from client_desktop.core.rooms.summarize import MUTE_TYPE
from client_desktop.core.store import Store
from client_desktop.core.store.account_data import select_account_data, upsert_account_data
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.ingest import Ingested
from client_desktop.core.timeline.timelines import Timelines
from client_desktop.core.values import Membership, RoomSummary, SyncState

RULES = "m.push_rules"


class Rooms(Protocol):
    """What is known of rooms. (`client.rooms` is one.)"""

    def list(self) -> tuple[RoomSummary, ...]: ...

    def summary(self, room_id: str) -> RoomSummary | None: ...

    def refresh(self, room_ids: Iterable[str]) -> None:
        """Make summaries anew: what they count has changed."""
        ...


class PushRules:
    """The notification settings of an account, and what follows from them.

    It is an observer and a follower of the account's timelines, and counts for the room list what is unread
    in encrypted rooms.
    """

    def __init__(
        self,
        me: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        timelines: Timelines,
        rooms: Rooms,
    ) -> None:
        self._me = me
        self._api = api
        self._store = store
        self._changes = changes
        self._timelines = timelines
        self._rules: RuleSet | None = None
        self._classifier = Classifier(me, lambda: self.rules, timelines.ctx.permissions)
        self._notifier = Notifier(me, changes, timelines.ctx.facts, rooms.summary)
        self._mutes = Mutes(store, clock, self._unmute)
        self._rooms = rooms
        self._invites = _invites(rooms) if rooms.list() else None
        timelines.ctx.observers.append(self._classifier)
        timelines.ctx.thread_counts = self.thread_counts
        timelines.followers.append(self._follow)
        self._stops = [
            changes.listen(AccountDataChanged, self._on_account_data),
            changes.listen(RoomsChanged, self._on_rooms),
            changes.listen(SyncStateChanged, self._on_sync_state),
        ]

    async def close(self) -> None:
        """Stop, and wait for it."""
        for stop in self._stops:
            stop()
        await self._mutes.close()

    # What is set.

    @property
    def rules(self) -> RuleSet:
        """The account's rules; the specification's defaults until the server has told."""
        if self._rules is None:
            content = select_account_data(self._store.db, "", RULES)
            self._rules = parse_rules(content or default_rules(self._me))
        return self._rules

    def level(self, room_id: str) -> RoomLevel:
        """Tell how much a room notifies."""
        return levels.room_level(self.rules, room_id)

    def muted_until_ms(self, room_id: str) -> int | None:
        """Tell until when a room is muted; None where it is for ever, or not."""
        return self._mutes.times().get(room_id)

    def topic(self, topic: Topic) -> Loudness:
        """Tell how loud a kind of things is in all rooms."""
        return levels.topic_loudness(self.rules, topic)

    def keywords(self) -> tuple[str, ...]:
        """Give the words that count as a mention."""
        return levels.keywords(self.rules)

    @property
    def silent(self) -> bool:
        """Whether nothing notifies at all."""
        return levels.is_silent(self.rules)

    # Changing it. Each raises ClientError.

    async def set_level(self, room_id: str, level: RoomLevel, until_ms: int | None = None) -> None:
        """Set how much a room notifies; a mute may be for a time."""
        await self._change(levels.set_room_level(self.rules, room_id, level))
        until = until_ms if level is RoomLevel.MUTE else None
        if until is not None or self.muted_until_ms(room_id) is not None:
            await self._set_mute_time(room_id, until)

    async def set_topic(self, topic: Topic, loudness: Loudness) -> None:
        """Set how loud a kind of things is in all rooms."""
        await self._change(levels.set_topic(self.rules, topic, loudness))

    async def add_keyword(self, word: str) -> None:
        """Let a word count as a mention."""
        await self._change(levels.add_keyword(self.rules, word))

    async def remove_keyword(self, word: str) -> None:
        """Let a word be nothing special."""
        await self._change(levels.remove_keyword(self.rules, word))

    async def set_silent(self, silent: bool) -> None:
        """Turn all notifications off, or on again."""
        await self._change([RuleChange(RuleKind.OVERRIDE, MASTER, enabled=silent)])

    # What the interface tells.

    def look_at(self, room_id: str | None, thread_root: str | None = None) -> None:
        """Say what the user is looking at: nothing is told of what comes there."""
        self._notifier.watched = None if room_id is None else (room_id, thread_root or "")

    def hide_content(self, hide: bool) -> None:
        """Say whether notifications are to be without what was written."""
        self._notifier.hide_content = hide

    # What others ask.

    def counts(
        self, db: sqlite3.Connection, room_id: str, *, server_counts: bool = True
    ) -> tuple[int, int] | None:
        """Count notifications and highlights of an encrypted room; None: the server's count is right.

        Without `server_counts` those of every room are counted here.
        """
        if server_counts and select_state_event(db, room_id, "m.room.encryption", "") is None:
            return None
        return unread.count(unread.unread_rows(db, room_id, self._me))

    def thread_counts(self, room_id: str) -> dict[str, tuple[int, int]]:
        """Count notifications and highlights of a room's threads, for those that have any."""
        return unread.unread_in_threads(self._store.db, room_id, self._me)

    # What happens.

    def _follow(self, room_id: str, result: Ingested) -> None:
        """Tell of what is new and waits to be read; take back what does not wait any more."""
        self._classifier.forget()
        outcomes = [(event, self._outcome(event)) for event in (*result.new, *result.decrypted)]
        news = [(event, outcome) for event, outcome in outcomes if outcome.notify and not result.first]
        asked = {event.event_id for event, _ in news} | self._notifier.told(room_id)
        waiting = unread.unread_among(self._store.db, room_id, self._me, asked)
        self._notifier.tell(room_id, [each for each in news if each[0].event_id in waiting])
        self._notifier.keep(room_id, waiting)
        if result.decrypted:  # outside of a sync nobody else makes the summary anew
            self._rooms.refresh([room_id])

    def _outcome(self, event: Event) -> Outcome:
        return self._classifier.outcomes.pop((event.room_id, event.event_id), Outcome())

    def _on_account_data(self, change: Change) -> None:
        if not isinstance(change, AccountDataChanged) or change.account != self._me:
            return
        if RULES in change.types:
            self._rules = None
            self._mutes.look_again()
        if MUTE_TYPE in change.types:
            self._mutes.look_again()

    def _on_sync_state(self, change: Change) -> None:
        if not isinstance(change, SyncStateChanged) or change.account != self._me:
            return
        if change.state is SyncState.LIVE:
            self._mutes.look_again()
            self._invites = _invites(self._rooms) if self._invites is None else self._invites

    def _on_rooms(self, change: Change) -> None:
        """Tell of invitations that were not there before; those of the first sync are no news."""
        if not isinstance(change, RoomsChanged) or change.account != self._me:
            return
        known = self._invites
        for room in change.rooms:
            self._on_room(room, known)
        for room_id in change.gone:
            self._notifier.keep(room_id, set())

    def _on_room(self, room: RoomSummary, known: set[str] | None) -> None:
        if room.membership is not Membership.INVITE:
            if known is not None and room.room_id in known:
                known.discard(room.room_id)
                self._notifier.keep(room.room_id, set())
            return
        if known is None or room.room_id in known:
            return
        known.add(room.room_id)
        outcome = levels.invite_outcome(self.rules)
        if outcome.notify:
            self._notifier.invited(room, outcome)

    async def _unmute(self, room_id: str) -> None:
        if self.level(room_id) is RoomLevel.MUTE:
            await self._change([RuleChange(RuleKind.OVERRIDE, room_id)])
        await self._set_mute_time(room_id, None)

    async def _set_mute_time(self, room_id: str, until_ms: int | None) -> None:
        content = {} if until_ms is None else {"until_ms": until_ms}
        target = path("/_matrix/client/v3/user/{}/rooms/{}/account_data/{}", self._me, room_id, MUTE_TYPE)
        await self._api.put(target, content, retry=True)
        with self._store.transaction() as db:
            upsert_account_data(db, room_id, MUTE_TYPE, content)
        self._changes.publish(AccountDataChanged(self._me, frozenset({MUTE_TYPE}), room_id))

    async def _change(self, rule_changes: Iterable[RuleChange]) -> None:
        """Ask the server for changes; what they made of the rules comes by sync."""
        for change in rule_changes:
            base = path("/_matrix/client/v3/pushrules/global/{}/{}", change.kind, change.rule_id)
            if change.actions is not None:
                await self._api.put(f"{base}/actions", {"actions": change.actions}, retry=True)
            elif change.enabled is not None:
                await self._api.put(f"{base}/enabled", {"enabled": change.enabled}, retry=True)
            elif change.body is not None:
                await self._api.put(base, change.body, retry=True)
            else:
                await self._delete(base)

    async def _delete(self, rule: str) -> None:
        try:
            await self._api.delete(rule, retry=True)
        except MatrixError as error:
            if error.status != 404:  # gone already: another device was faster
                raise


def _invites(rooms: Rooms) -> set[str]:
    return {room.room_id for room in rooms.list() if room.membership is Membership.INVITE}
