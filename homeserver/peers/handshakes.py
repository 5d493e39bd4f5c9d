"""Our rooms and users, as other servers' memberships are concerned with them."""

from collections.abc import Sequence

from federation.errors import FederationRefusal
from federation.ports.handshakes import Invite, JoinState
from federation.ports.rooms import Outcome
from federation.protocol.ids import RoomId, UserId, server_name_of
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from homeserver.errors import Forbidden, Unavailable
from homeserver.json_types import JsonObject
from homeserver.peers.join_state import load_join_state
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_by_id
from homeserver.rooms.invite_permission import check_invite_permission
from homeserver.rooms.member_template import member_template
from homeserver.rooms.out_of_band import OutOfBand, retract, store_out_of_band
from homeserver.rooms.policy_server import sign_by_policy
from homeserver.rooms.receive_event import ResolutionImpossible, receive_event
from homeserver.rooms.restricted_joins_of_others import authorising_user_for
from homeserver.rooms.room_blocks import check_not_blocked
from homeserver.rooms.shown_state import shown_state
from homeserver.rooms.third_party_signed import exchange_third_party_invite, read_proof
from homeserver.storage.accounts import select_account
from homeserver.storage.events import EventStatus, select_events


class ServicesHandshakes:
    """Implements `Handshakes`."""

    def __init__(self, rooms: RoomsContext) -> None:
        self._rooms = rooms

    async def member_template(self, room_id: RoomId, user_id: UserId, content: JsonObject) -> JsonObject:
        return await member_template(self._rooms, await room_by_id(self._rooms, room_id), user_id, content)

    async def authorising_user(self, room_id: RoomId, user_id: UserId) -> UserId | None:
        return await authorising_user_for(self._rooms, await room_by_id(self._rooms, room_id), user_id)

    async def accept(self, room_id: RoomId, event: Pdu) -> None:
        room = await room_by_id(self._rooms, room_id)
        try:
            signed = await sign_by_policy(self._rooms, room, event)
            verdict = await receive_event(self._rooms, room, signed, relay=True)
        except ResolutionImpossible as error:
            raise Unavailable("The room's state cannot be resolved now") from error
        if verdict.outcome is Outcome.MISSING:
            raise FederationRefusal(
                400, "M_INVALID_PARAM", "The event refers to events that are not known here"
            )
        if verdict.outcome is Outcome.KNOWN:
            async with self._rooms.db.acquire() as conn:
                stored = (await select_events(conn, [event.event_id]))[event.event_id]
            if stored.status != EventStatus.ACCEPTED or stored.room_nid != room.nid:
                raise Forbidden("The event was refused before")
        elif verdict.outcome is not Outcome.ACCEPTED:
            raise Forbidden(verdict.reason)

    async def join_state(self, room_id: RoomId, event: Pdu, *, omit_members: bool) -> JoinState:
        room = await room_by_id(self._rooms, room_id)
        return await load_join_state(self._rooms, room, event, omit_members=omit_members)

    async def stripped_state(self, room_id: RoomId, sender: UserId | None) -> Sequence[JsonObject]:
        room = await room_by_id(self._rooms, room_id)
        return [pdu.json for pdu in await shown_state(self._rooms, room, sender)]

    async def check_may_be_invited(self, user_id: UserId, sender: UserId) -> None:
        await self._rooms.bridges.names.ask_for_user(user_id)
        async with self._rooms.db.acquire() as conn:
            account = await select_account(conn, user_id)
        if account is not None and account.deactivated_ts is not None:
            raise Forbidden("The user's account is closed")
        await check_invite_permission(self._rooms, user_id, sender)

    async def store_invite(self, invite: Invite) -> None:
        event = invite.event
        await check_not_blocked(self._rooms, event.room_id)
        await store_out_of_band(
            self._rooms,
            OutOfBand(
                event.room_id, invite.version, UserId(event.state_key or ""), event.sender, "invite",
                event.event_id, event.canonical, invite.stripped_state, [invite.origin],
            ),
        )  # fmt: skip

    async def exchange_third_party_invite(
        self, room_id: RoomId, sender: UserId, target: UserId, signed: JsonObject
    ) -> None:
        room = await room_by_id(self._rooms, room_id)
        await exchange_third_party_invite(self._rooms, room, target, read_proof(signed, sender))

    async def retract(self, event: Pdu, version: RoomVersion) -> None:
        membership = str(event.content["membership"])
        ended = OutOfBand(
            event.room_id, version, UserId(event.state_key or ""), event.sender, membership, event.event_id,
            event.canonical, (), [server_name_of(event.sender)],
        )  # fmt: skip
        await retract(self._rooms, ended, event.auth_events)
