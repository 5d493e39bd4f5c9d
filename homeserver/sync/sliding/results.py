"""What is shown of one room: planned from what the client has of it, then filled in."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from homeserver.json_types import JsonObject
from homeserver.storage.events import StoredEvent
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.sliding_connections import SentRoom
from homeserver.storage.state_keys import StateEntry
from homeserver.storage.unread import CountsByThread
from homeserver.sync.delta import Timeline
from homeserver.sync.sliding.choose import Choice
from homeserver.sync.sliding.connection import MAX_SEEN, Flag
from homeserver.sync.sliding.request import RoomConfig
from homeserver.sync.sliding.survey import Survey
from homeserver.sync.spans import WHOLE, Span

NOTHING = Timeline((), limited=False, prev_batch="", from_tail=True)
STRIPPED = ("invite", "knock")


@dataclass(slots=True)
class RoomState:
    """State that the client lacks. `removed` are entries that the room has no more.

    `changed_types` are the types of all state that has changed since, wanted or not; None: everything is new.
    """

    events: Sequence[StoredEvent] = ()
    removed: Sequence[StateEntry] = ()
    changed_types: frozenset[str] | None = frozenset()


@dataclass(slots=True)
class RoomResult:
    """What is shown of a room.

    The client has `sent`, and everything up to `since`. Nothing after `upto` is shown: that is where a former
    member's view ends; those who never were in the room (`was_in`) see no more than their own membership.
    `moved`: something may have happened in between; `has_new_meta`: perhaps to the state without an event;
    `was_completed`: members have become known who were there before.
    `stripped` is all that those see who are not in the room yet. A client that loads members lazily is given
    `needed_members`, and knows `members` from then on.
    """

    nid: int
    config: RoomConfig
    membership: RoomMembership
    sent: SentRoom | None
    since: int
    upto: int
    was_in: bool = True
    initial: bool = False
    expanded: bool = False
    moved: bool = False
    has_new_meta: bool = False
    was_completed: bool = False
    is_direct: bool = False
    read_elsewhere: bool = False
    lists: Sequence[str] = ()
    timeline: Timeline = NOTHING
    state: RoomState = field(default_factory=RoomState)
    needed_members: frozenset[int] = frozenset()
    members: frozenset[int] | None = None
    stripped: Sequence[JsonObject] | None = None
    facts: JsonObject = field(default_factory=dict)
    counts: CountsByThread | None = None

    @property
    def is_joined(self) -> bool:
        return self.membership.membership == "join"

    @property
    def is_stripped(self) -> bool:
        return self.membership.membership in STRIPPED

    @property
    def direct_changed(self) -> bool:
        """Whether the client has to be told that the room is a direct chat, or is none any more."""
        was_direct = self.sent is not None and not self.initial and bool(self.sent.flags & Flag.DIRECT)
        return was_direct != self.is_direct

    @property
    def timeline_span(self) -> Span:
        return Span(self.nid, WHOLE if self.expanded else self.since, self.upto)

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to tell."""
        if self.is_stripped:
            return self.stripped is not None
        return bool(
            self.initial or self.expanded or self.timeline.events or self.timeline.limited
            or self.state.events or self.state.removed or self.facts
            or self.direct_changed or self.read_elsewhere
        )  # fmt: skip

    def now_sent(self, flags: int) -> SentRoom:
        """Return what the client has of the room after this, which is shown with these flags."""
        return SentRoom(
            None,
            self.config.required_state.code,
            self._now_seen(),
            flags | self._own_flags(),
        )

    def _own_flags(self) -> int:
        if self.is_joined:
            return Flag.JOINED
        return 0 if self.is_stripped else Flag.LEFT

    def _now_seen(self) -> int:
        if self.is_stripped:
            return 0
        if self.timeline.limited:
            return self.config.timeline_limit
        if self.initial or self.expanded or self.sent is None:
            return MAX_SEEN
        return self.sent.seen


def plan_results(found: Survey, choice: Choice, read: Set[int]) -> list[RoomResult]:
    """Return the rooms to look at, each with the span that the client lacks; `read` are read elsewhere."""
    wanted = {*choice.todo, *read}
    return [_plan(found, choice, nid, nid in read) for nid in choice.wanted if nid in wanted]


def _plan(found: Survey, choice: Choice, nid: int, read_elsewhere: bool) -> RoomResult:
    membership, sent = found.memberships[nid], found.connection.rooms.get(nid)
    config = choice.wanted[nid]
    base = WHOLE if sent is None else found.base_of(nid)
    result = RoomResult(
        nid, config, membership, sent, base, found.token.position,
        was_in=found.has_been_in(nid),
        moved=sent is None or found.has_moved(nid),
        has_new_meta=_may_have_new_meta(found, nid, sent),
        was_completed=sent is not None and found.was_completed(nid),
        is_direct=nid in found.rooms.direct,
        read_elsewhere=read_elsewhere,
        lists=choice.lists_with(nid),
    )  # fmt: skip
    was_joined = sent is not None and bool(sent.flags & Flag.JOINED)
    if result.is_joined:
        result.initial = not was_joined
        result.expanded = was_joined and sent is not None and config.timeline_limit > sent.seen
    elif result.is_stripped:
        result.initial = sent is None or membership.position > base
    else:
        result.upto = membership.position
        result.initial = not was_joined and (sent is None or membership.position > base)
    if result.initial:
        result.since = WHOLE if result.was_in else membership.position - 1
    return result


def _may_have_new_meta(found: Survey, nid: int, sent: SentRoom | None) -> bool:
    is_behind = sent is not None and sent.since is not None
    return is_behind or bool(found.moved.get(nid, 0) & Stream.ROOM_META)
