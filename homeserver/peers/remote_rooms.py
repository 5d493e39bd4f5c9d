"""The way of our users into rooms of other servers, and out of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerFailed, PeerRefused
from federation.handshakes.invite import perform_invite
from federation.handshakes.join import perform_join
from federation.handshakes.join_answers import RemoteJoin
from federation.handshakes.knock import perform_knock
from federation.handshakes.leave import perform_leave
from federation.handshakes.policy_server import ask_policy_server
from federation.handshakes.resolve_alias import resolve_alias
from federation.handshakes.templates import MemberChange
from federation.handshakes.third_party import perform_exchange
from federation.handshakes.try_servers import NobodyHelped, candidates
from federation.inbound.budget import Unfetchable
from federation.inbound.receive_pdu import receive_with_ancestors
from federation.ports.rooms import Outcome, TryLater
from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId
from federation.protocol.pdu import EventDraft, Pdu
from federation.protocol.policy_server import Policy
from federation.protocol.room_versions import RoomVersion
from homeserver.errors import Forbidden, MatrixError, NotFound, Unavailable, UnsupportedRoomVersion
from homeserver.json_types import JsonObject
from homeserver.peers.peer_errors import client_error, nobody_helped, refusal_text
from homeserver.rooms.adopt_room import AdoptionRefused, PartialJoin, adopt_room
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.policy_server import sign_by_policy
from homeserver.rooms.remote_rooms import Knocked, Wish
from homeserver.rooms.send import build_request
from homeserver.rooms.send_signed import build_alone, commit_signed
from homeserver.rooms.shown_state import shown_state
from homeserver.rooms.takes_part import takes_part
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

T = TypeVar("T")

CLOSING_S: Final = 5.0


class PeersRooms:
    """Implements `RemoteRooms`. `joined_partly` is told of rooms whose members have yet to be fetched."""

    def __init__(
        self,
        ctx: FederationContext,
        rooms: RoomsContext,
        joined_partly: Callable[[Room], Awaitable[None]],
    ) -> None:
        self._ctx = ctx
        self._rooms = rooms
        self._joined_partly = joined_partly
        self._joining: dict[RoomId, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[bool]] = set()

    async def find_alias(self, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]]:
        try:
            return await resolve_alias(self._ctx, alias)
        except PeerFailed as failure:
            raise NotFound(f"{alias} does not lead to a room: {failure.message}") from failure

    async def join(self, wish: Wish, *, although_resident: bool = False) -> bool:
        # Who asked may go away; the other servers, once told, will not forget that the user has joined.
        task = asyncio.create_task(self._join_once(wish, although_resident), name=f"join {wish.room_id}")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def knock(self, wish: Wish) -> Knocked:
        knock = await _helped(perform_knock(self._ctx, _change(wish), self._servers(wish)))
        return Knocked(knock.version, knock.event, knock.stripped_state, knock.via)

    async def leave(self, wish: Wish) -> tuple[RoomVersion, Pdu]:
        return await _helped(perform_leave(self._ctx, _change(wish), self._servers(wish)))

    async def invite(self, room: Room, sender: UserId, target: UserId, content: JsonObject) -> Pdu:
        draft = EventDraft("m.room.member", sender, content, target)
        built = await build_alone(self._rooms, room, await build_request(self._rooms, room, draft))
        built = await sign_by_policy(self._rooms, room, built)
        shown = [pdu.json for pdu in await shown_state(self._rooms, room, sender)]
        try:
            signed = await perform_invite(self._ctx, room.version, built, shown)
        except PeerAnsweredBadly as failure:
            raise MatrixError(
                "M_BAD_JSON", 400, f"{target} cannot be invited: {failure.message}"
            ) from failure
        except PeerFailed as failure:
            raise _why_not_invited(failure) from failure
        await commit_signed(self._rooms, room, signed)
        return signed

    async def sign_by_policy(self, room: Room, event: Pdu, policy: Policy) -> Pdu:
        try:
            return await ask_policy_server(self._ctx, room.version, event, policy)
        except PeerRefused as refusal:
            raise MatrixError(
                refusal.errcode or "M_UNKNOWN", refusal.status, refusal_text(refusal)
            ) from refusal
        except PeerFailed as failure:
            raise MatrixError("M_UNKNOWN", 502, "The room's policy server cannot be asked now") from failure

    async def exchange_third_party_invite(
        self, room_id: RoomId, sender: UserId, target: UserId, invitation: JsonObject
    ) -> None:
        try:
            await perform_exchange(self._ctx, room_id, sender, target, invitation)
        except PeerFailed as failure:
            raise client_error(failure) from failure

    async def close(self) -> None:
        """Let joins that are under way come to their end, if that is near."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _done(self, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.info("join.failed", reason=str(task.exception())[:500])

    def _servers(self, wish: Wish) -> list[ServerName]:
        return candidates(self._rooms.server_name, wish.room_id, wish.servers)

    async def _join_once(self, wish: Wish, although_resident: bool) -> bool:
        """Join, after those of the same room that are under way."""
        lock = self._joining.setdefault(wish.room_id, asyncio.Lock())
        try:
            async with lock:
                return await self._join(wish, although_resident)
        finally:
            if not lock.locked():
                self._joining.pop(wish.room_id, None)

    async def _join(self, wish: Wish, although_resident: bool) -> bool:
        room = await self._rooms.names.room(wish.room_id)
        is_resident = room is not None and await takes_part(self._rooms, room)
        if is_resident and not although_resident:
            return False
        joined = await _helped(perform_join(self._ctx, _change(wish), self._servers(wish)))
        log.info("join.taken", room_id=wish.room_id, via=joined.via, members_omitted=joined.members_omitted)
        if is_resident:
            await self._receive_join(joined)
        else:
            await self._adopt(joined)
        return True

    async def _adopt(self, joined: RemoteJoin) -> None:
        partial = PartialJoin(joined.via, tuple(joined.servers)) if joined.members_omitted else None
        try:
            committed = await adopt_room(
                self._rooms, joined.room_id, joined.version, joined.event, joined.state, joined.auth_chain,
                partial=partial,
            )  # fmt: skip
        except AdoptionRefused as error:
            raise MatrixError(
                "M_UNKNOWN", 502, f"{joined.via} described the room wrongly: {error}"
            ) from error
        await self._rooms.tailer.wait_for(committed.position)
        if partial is not None:
            room = await self._rooms.names.room(joined.room_id)
            assert room is not None, "a room that was adopted is known"
            await self._joined_partly(room)

    async def _receive_join(self, joined: RemoteJoin) -> None:
        """Take the join of one more user into a room that this server is in."""
        try:
            verdict = await receive_with_ancestors(self._ctx, joined.room_id, joined.event, joined.via)
        except (Unfetchable, TryLater) as error:
            raise Unavailable("The join was taken, but is not here yet") from error
        if verdict.outcome not in (Outcome.ACCEPTED, Outcome.KNOWN):
            raise Forbidden(verdict.reason)


def _change(wish: Wish) -> MemberChange:
    return MemberChange(wish.room_id, wish.user_id, wish.content)


async def _helped(asking: Awaitable[T]) -> T:
    """Return an answer. Raises MatrixError where nobody helped."""
    try:
        return await asking
    except NobodyHelped as failure:
        raise nobody_helped(failure) from failure


def _why_not_invited(failure: PeerFailed) -> MatrixError:
    """Return what somebody is told whose invite another server did not sign.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
    """
    if isinstance(failure, PeerRefused) and failure.errcode == "M_INCOMPATIBLE_ROOM_VERSION":
        return UnsupportedRoomVersion(f"{failure.destination} does not know the room's version")
    return client_error(failure)
