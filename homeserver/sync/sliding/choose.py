"""Which rooms an answer is about: in the windows of lists, or subscribed to, and as far as they moved."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field

from homeserver.storage.positions import Stream
from homeserver.storage.sliding_connections import SentRoom
from homeserver.sync.sliding.connection import Checked, Flag
from homeserver.sync.sliding.request import RoomConfig, Scope, WantedList
from homeserver.sync.sliding.survey import Survey

EXTENSION_FLAGS = Flag.ACCOUNT_DATA | Flag.RECEIPTS


@dataclass(slots=True)
class Choice:
    """`wanted` are all rooms that match, with how much of each; `todo` those that have to be looked at.

    `windows` are the rooms of each list, `counts` how many there are without the ranges; `covers_all`: as
    many. The extensions are shown for their rooms, as far as the user is in them. `behind` are the rooms
    that moved without being wanted: what the client has of them ends where it is now.
    """

    wanted: dict[int, RoomConfig] = field(default_factory=dict)
    windows: dict[str, Collection[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    covers_all: bool = True
    account_data: Set[int] = frozenset()
    receipts: Set[int] = frozenset()
    typing: Set[int] = frozenset()
    todo: list[int] = field(default_factory=list)
    behind: dict[int, SentRoom] = field(default_factory=dict)

    def lists_with(self, room_nid: int) -> list[str]:
        return [name for name, window in self.windows.items() if room_nid in window]

    def flags_of(self, room_nid: int, found: Survey) -> int:
        """Return the flags of a room that is shown as wanted, but for what the user is there."""
        flags = Flag.ACCOUNT_DATA if room_nid in self.account_data else 0
        if room_nid in self.receipts and found.is_joined(room_nid):
            flags |= Flag.RECEIPTS
        return flags | Flag.DIRECT if room_nid in found.rooms.direct else flags


def choose(found: Survey) -> Choice:
    """Choose rooms. Costs as much as there are rooms in the windows, but nothing that waits."""
    choice = Choice()
    active_first = _active_first(found)
    for name, wanted in found.request.lists.items():
        rooms = _matching(found, wanted, active_first)
        choice.counts[name] = len(rooms)
        window = dict.fromkeys(_window(rooms, wanted.ranges))
        choice.windows[name] = window.keys()
        choice.covers_all = choice.covers_all and len(window) == len(rooms)
        _want(choice.wanted, window, wanted.config)
    for nid, config in found.subscribed.items():
        _want(choice.wanted, [nid], config)
    _leave_out_incomplete(found, choice.wanted)
    extensions = found.request.extensions
    choice.account_data = _in_scope(found, choice, extensions.account_data)
    choice.typing = _in_scope(found, choice, extensions.typing)
    choice.receipts = _in_scope(found, choice, extensions.receipts)
    choice.todo = _todo(found, choice)
    choice.behind = _behind(found, choice)
    return choice


def _active_first(found: Survey) -> list[int]:
    """Return the rooms that this connection's lists are made of."""
    order = list(reversed(found.rooms.order))
    if found.rooms.memberships is not found.memberships:  # another request has moved on
        order = [nid for nid in order if nid in found.memberships]
    if found.departing:
        places = {nid: found.memberships[nid].position for nid in found.departing}
        order = sorted([*order, *places], key=lambda nid: -places.get(nid, found.rooms.order.get(nid, 0)))
    return order


def _matching(found: Survey, wanted: WantedList, active_first: Sequence[int]) -> Sequence[int]:
    if wanted.filters.is_trivial:
        return active_first
    matching = found.rooms.matching.peek(wanted.filters)
    passes = (matching.rooms if matching is not None else set()) | found.departing_passes.get(
        wanted.filters, set()
    )
    return [nid for nid in active_first if nid in passes]


def _window(rooms: Sequence[int], ranges: Sequence[tuple[int, int]] | None) -> Sequence[int]:
    if ranges is None:
        return rooms
    return [nid for first, last in ranges for nid in rooms[first : last + 1]]


def _want(wanted: dict[int, RoomConfig], rooms: Collection[int], config: RoomConfig) -> None:
    """Want rooms to this extent, or more where they are wanted already."""
    if not wanted:
        wanted.update(dict.fromkeys(rooms, config))
        return
    unions: dict[int, RoomConfig] = {}
    for nid in rooms:
        known = wanted.get(nid)
        if known is not None and known is not config:
            if id(known) not in unions:
                unions[id(known)] = known.union(config)
            wanted[nid] = unions[id(known)]
        else:
            wanted[nid] = config


def _leave_out_incomplete(found: Survey, wanted: dict[int, RoomConfig]) -> None:
    """Let those who want all members of a room have it when they are known."""
    for nid in found.incomplete:
        if nid in wanted and found.is_joined(nid) and wanted[nid].required_state.wants_all_members:
            del wanted[nid]


def _in_scope(found: Survey, choice: Choice, scope: Scope | None) -> Set[int]:
    """Return the rooms in which an extension is wanted."""
    if scope is None:
        return frozenset()
    if scope.lists is None and scope.rooms is None:
        return choice.wanted.keys()
    rooms: set[int] = set()
    for name, window in choice.windows.items():
        if scope.lists is None or name in scope.lists:
            rooms.update(window)
    for room_id, nid in found.subscribed_ids.items():
        if scope.rooms is None or room_id in scope.rooms:
            rooms.add(nid)
    return rooms & choice.wanted.keys()


def _todo(found: Survey, choice: Choice) -> list[int]:
    """Return the wanted rooms of which the client may lack something."""
    sent_rooms = found.connection.rooms
    todo = {nid: None for nid in found.moved if nid in choice.wanted and found.has_moved(nid)}
    if found.has_new_memberships:
        todo |= {nid: None for nid in choice.wanted if nid in sent_rooms and found.has_moved(nid)}
    checked = Checked(
        found.connection.base,
        found.rooms.version,
        (found.request.lists, found.request.subscriptions, found.request.extensions),
    )
    is_known = checked == found.connection.checked and choice.wanted.keys() <= sent_rooms.keys()
    if not (choice.covers_all and is_known):
        unsettled = _unsettled(found, choice)
        todo |= unsettled
        found.connection.checked = None if unsettled else checked
    return list(todo)


def _unsettled(found: Survey, choice: Choice) -> dict[int, None]:
    """Return the rooms of which the client lacks something even if nothing has happened in them."""
    sent_rooms = found.connection.rooms
    settled: dict[tuple[SentRoom, int, int], bool] = {}
    unsettled: dict[int, None] = {}
    for nid, config in choice.wanted.items():
        sent = sent_rooms.get(nid)
        if sent is None:
            unsettled[nid] = None
            continue
        key = (sent, id(config), choice.flags_of(nid, found))
        if key not in settled:
            settled[key] = _is_settled(sent, config, key[2])
        if not settled[key]:
            unsettled[nid] = None
    return unsettled


def _is_settled(sent: SentRoom, config: RoomConfig, flags: int) -> bool:
    """Whether a client lacks nothing of a room in which nothing has happened."""
    return (
        sent.since is None
        and sent.flags & (EXTENSION_FLAGS | Flag.DIRECT) == flags
        and sent.config == config.required_state.code
        and (config.timeline_limit <= sent.seen or not sent.flags & Flag.JOINED)
    )


def _behind(found: Survey, choice: Choice) -> dict[int, SentRoom]:
    """Return the rooms, with what the client has of them, in which it misses something from here on."""
    if found.since is None:
        return {}
    behind: dict[int, SentRoom] = {}
    rooms = found.connection.rooms
    candidates = {*found.moved, *(nid for nid in found.account_data if nid in rooms)}
    if found.has_new_memberships:
        candidates.update(rooms)
    for nid in candidates - choice.wanted.keys():
        sent = rooms[nid]
        if sent.since is None and nid in found.memberships and _misses(found, nid, sent):
            behind[nid] = sent._replace(since=found.since.position)
    return behind


def _misses(found: Survey, nid: int, sent: SentRoom) -> bool:
    if sent.flags & Flag.LEFT and not found.is_joined(nid):
        return found.memberships[nid].position > found.base_of(nid)
    return (
        found.has_moved(nid)
        or bool(sent.flags & Flag.RECEIPTS and found.moved.get(nid, 0) & Stream.RECEIPTS)
        or bool(sent.flags & Flag.ACCOUNT_DATA and nid in found.account_data)
    )
