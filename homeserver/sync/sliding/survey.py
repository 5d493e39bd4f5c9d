"""What a request finds: the user's rooms as they are now, and what has moved since the client's position."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from federation.protocol.ids import InvalidIdentifier, parse_room_id
from homeserver.rooms.filters import EVERYTHING
from homeserver.storage.account_data import AccountData
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.sliding_rooms import select_rooms_with_receipts
from homeserver.sync import personal
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest
from homeserver.sync.sliding.connection import Flag, SlidingConnection
from homeserver.sync.sliding.load_rooms import load_user_rooms, passing
from homeserver.sync.sliding.request import RoomConfig, SlidingRequest
from homeserver.sync.sliding.room_filters import RoomFilters
from homeserver.sync.sliding.user_rooms import UserRooms
from homeserver.sync.tokens import SyncToken


@dataclass(slots=True)
class Survey:
    """Everything that has to be known before rooms are chosen.

    `memberships` are those of `token`. What else is known may be newer, if another request of the user has
    looked meanwhile: that decides about the order of rooms, but never about what is shown of one.
    `completions` say since when rooms that were joined with partial state are complete; None: not yet.
    `moved` are the kinds of data that have changed in rooms which the connection has; `departing` the rooms
    that it has to be told the user has left, with those of them that pass each filter. `account_data` is
    what has changed, by room.
    """

    request: SlidingRequest
    connection: SlidingConnection
    since: SyncToken | None
    token: SyncToken
    rooms: UserRooms
    memberships: Mapping[int, RoomMembership]
    moved: Mapping[int, int]
    departing: Sequence[int] = ()
    departing_passes: Mapping[RoomFilters, Set[int]] = field(default_factory=dict)
    subscribed_ids: Mapping[str, int] = field(default_factory=dict)
    completions: Mapping[int, int | None] = field(default_factory=dict)
    account_data: Mapping[int, Sequence[AccountData]] = field(default_factory=dict)

    @property
    def plain(self) -> SyncRequest:
        """The request as the parts that all transports share take it."""
        return plain_request(self.request, self.since)

    @property
    def subscribed(self) -> Mapping[int, RoomConfig]:
        return {nid: self.request.subscriptions[room_id] for room_id, nid in self.subscribed_ids.items()}

    @property
    def has_new_memberships(self) -> bool:
        """Whether the user's membership of any room is another, or was written again."""
        return self.since is not None and self.rooms.newest_membership > self.since.position

    @property
    def incomplete(self) -> frozenset[int]:
        """The rooms whose members are not all known yet."""
        upto = self.token.position
        return frozenset(nid for nid, at in self.completions.items() if at is None or at > upto)

    def was_completed(self, room_nid: int) -> bool:
        """Whether all members of a room that the client has have become known since."""
        completed_at = self.completions.get(room_nid)
        return completed_at is not None and self.base_of(room_nid) < completed_at <= self.token.position

    def is_joined(self, room_nid: int) -> bool:
        room = self.memberships.get(room_nid)
        return room is not None and room.membership == "join"

    def has_been_in(self, room_nid: int) -> bool:
        """Whether the user has ever been a member of a room."""
        standing = self.rooms.standings.get(room_nid)
        return self.is_joined(room_nid) or (standing is not None and standing.has_joined)

    def base_of(self, room_nid: int) -> int:
        """Return up to which position the client has a room that it was sent."""
        sent = self.connection.rooms[room_nid]
        if sent.since is not None:
            return sent.since
        return 0 if self.since is None else self.since.position

    def has_moved(self, room_nid: int) -> bool:
        """Whether there may be something new to show of a room that the client has."""
        membership = self.memberships[room_nid]
        if membership.position > self.base_of(room_nid):
            return True
        if membership.membership != "join":
            return False
        is_behind = self.connection.rooms[room_nid].since is not None
        return is_behind or bool(self.moved.get(room_nid, 0) & (Stream.EVENTS | Stream.ROOM_META))


async def survey(
    ctx: SyncContext, request: SlidingRequest, connection: SlidingConnection, since: SyncToken | None
) -> Survey:
    """Look at everything as of this worker's position."""
    rooms = ctx.sliding.rooms_of(request.viewer.user_nid)
    filters = {wanted.filters for wanted in request.lists.values()}
    await load_user_rooms(ctx, request.viewer.user_nid, rooms, filters)
    # No commit comes between these.
    token, memberships = SyncToken(ctx.epoch, rooms.upto, ctx.ephemeral.stamps.last), rooms.memberships
    found = Survey(request, connection, since, token, rooms, memberships, {}, _departing(rooms, connection))
    found.moved = await _moved(ctx, found)
    if found.departing:
        found.departing_passes = {
            wanted: await passing(ctx, rooms, wanted, found.departing) for wanted in filters
        }
    found.subscribed_ids = await _subscribed(ctx, found)
    completions = await ctx.rooms.completions.load()
    found.completions = {nid: at for nid, at in completions.items() if nid in memberships}
    found.account_data = await personal.load_account_data(
        ctx, found.plain, 0 if since is None else since.position, token.position
    )
    return found


def plain_request(request: SlidingRequest, since: SyncToken | None) -> SyncRequest:
    """Return a request as the parts that all transports share take it."""
    return SyncRequest(request.viewer, EVERYTHING, since)


def _departing(rooms: UserRooms, connection: SlidingConnection) -> list[int]:
    """Return the rooms that the user has left, of which the connection does not know that."""
    found = []
    for position, nid in rooms.departed:
        if position <= connection.since:
            break
        sent = connection.rooms.get(nid)
        if sent is not None and not sent.flags & Flag.LEFT:
            found.append(nid)
    return found


async def _moved(ctx: SyncContext, found: Survey) -> Mapping[int, int]:
    rooms, since = found.connection.rooms, found.since
    if since is None or not rooms:
        return {}
    changes = ctx.changes.rooms_since(since.position, rooms)
    if changes is not None:
        return {nid: changed.since(since.position) for nid, changed in changes.items()}
    # The worker has not been there all the while: the database knows.
    moved = {nid: Stream.EVENTS for nid in rooms if found.rooms.order.get(nid, 0) > since.position}
    async with ctx.rooms.db.acquire() as conn:
        read = await select_rooms_with_receipts(conn, list(rooms), since.position, found.token.position)
    return {nid: moved.get(nid, 0) | (Stream.RECEIPTS if nid in read else 0) for nid in moved.keys() | read}


async def _subscribed(ctx: SyncContext, found: Survey) -> dict[str, int]:
    """Return the numbers of subscribed rooms that the user may see something of; others are passed over."""
    subscribed: dict[str, int] = {}
    for room_id in found.request.subscriptions:
        try:
            room = await ctx.rooms.names.room(parse_room_id(room_id))
        except InvalidIdentifier:
            continue
        membership = None if room is None else found.memberships.get(room.nid)
        if room is None or membership is None or membership.forgotten:
            continue
        if room.nid in found.rooms.order or room.nid in found.departing or found.has_been_in(room.nid):
            subscribed[room_id] = room.nid
    return subscribed
