"""Making rooms, spaces and direct chats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from client_desktop.core.api import path
from client_desktop.core.errors import BadAnswer
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.rooms.account_data import RoomAccountData
from client_desktop.core.shapes import as_text
from client_desktop.core.values import Membership

CREATE_TIMEOUT_S = 120.0
MEGOLM = "m.megolm.v1.aes-sha2"


class Access(StrEnum):
    """Who may come in."""

    INVITED = "invited"
    KNOCK = "knock"
    """Everybody may ask."""
    RESTRICTED = "restricted"
    """Members of the spaces it is made in."""
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """What a new room is to be."""

    name: str = ""
    topic: str = ""
    avatar_url: str | None = None
    access: Access = Access.INVITED
    published: bool = False
    """Listed in the server's directory."""
    alias_localpart: str = ""
    encrypted: bool = True
    invite: tuple[str, ...] = ()
    direct: bool = False
    space: bool = False
    parent: str | None = None
    """The space that it is made in; it is added there too."""
    federated: bool = True
    history_visibility: str | None = None
    room_version: str | None = None
    power_levels: ReadonlyJsonObject | None = None
    """Overrides of the default power levels."""
    more_state: tuple[ReadonlyJsonObject, ...] = ()


class CreateActs(RoomAccountData):
    """Making rooms."""

    async def create(self, options: CreateRoom) -> str:
        """Make a room and return its id.

        Raises: ClientError. A room whose parent could not be told of it exists nevertheless.
        """
        body = _body(options, self._server_name())
        answer = await self._ctx.api.post("/_matrix/client/v3/createRoom", body, timeout_s=CREATE_TIMEOUT_S)
        room_id = as_text(answer.get("room_id"))
        if not room_id.startswith("!"):
            raise BadAnswer("a room without an id")
        if options.direct and options.invite:
            await self.set_direct(room_id, options.invite[0])
        if options.parent is not None:
            await self._tell_parent(options.parent, room_id)
        return room_id

    async def start_direct(self, user_id: str, *, encrypted: bool = True) -> str:
        """Give the direct chat with somebody, made where there is none to go on with.

        Raises: ClientError.
        """
        known = self.direct_room(user_id)
        if known is not None:
            return known
        return await self.create(CreateRoom(invite=(user_id,), direct=True, encrypted=encrypted))

    def direct_room(self, user_id: str) -> str | None:
        """Give the direct chat with somebody: the liveliest of those that we are in, None without any."""
        rooms = [
            room
            for room in self._ctx.summaries.values()
            if room.direct_user == user_id
            and room.membership is Membership.JOIN
            and room.successor is None
            and room.joined_members + room.invited_members <= 2
        ]
        return max(rooms, key=lambda room: room.last_at_ms).room_id if rooms else None

    async def _tell_parent(self, space_id: str, room_id: str) -> None:
        content = {"via": [self._server_name()]}
        await self._ctx.api.put(
            path("/_matrix/client/v3/rooms/{}/state/m.space.child/{}", space_id, room_id), content, retry=True
        )

    def _server_name(self) -> str:
        return self._ctx.user_id.partition(":")[2]


def _body(options: CreateRoom, server_name: str) -> JsonObject:
    """Write the request.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
    """
    body: JsonObject = {
        "preset": _preset(options),
        "visibility": "public" if options.published else "private",
        "initial_state": _initial_state(options, server_name),
        "is_direct": options.direct,
        "invite": list(options.invite),
        "name": options.name,
        "topic": options.topic,
        "room_alias_name": options.alias_localpart,
        "room_version": options.room_version,
        "creation_content": _creation_content(options),
        "power_level_content_override": _power_levels(options),
    }
    return {name: value for name, value in body.items() if value not in ("", None, [], {})}


def _preset(options: CreateRoom) -> str:
    if options.access is Access.PUBLIC:
        return "public_chat"
    return "trusted_private_chat" if options.direct else "private_chat"


def _creation_content(options: CreateRoom) -> JsonObject:
    content: JsonObject = {}
    if options.space:
        content["type"] = "m.space"
    if not options.federated:
        content["m.federate"] = False
    return content


def _power_levels(options: CreateRoom) -> JsonObject:
    """In a space only those who keep it send anything."""
    spaces = {"events_default": 100} if options.space else {}
    return {**spaces, **(options.power_levels or {})}


def _initial_state(options: CreateRoom, server_name: str) -> list[ReadonlyJsonObject]:
    state: list[ReadonlyJsonObject] = []
    if options.encrypted and not options.space:
        state.append(_state("m.room.encryption", {"algorithm": MEGOLM}))
    if options.avatar_url is not None:
        state.append(_state("m.room.avatar", {"url": options.avatar_url}))
    if options.history_visibility is not None:
        state.append(_state("m.room.history_visibility", {"history_visibility": options.history_visibility}))
    if options.access in (Access.KNOCK, Access.RESTRICTED):
        state.append(_state("m.room.join_rules", _join_rules(options)))
    if options.parent is not None:
        state.append(_state("m.space.parent", {"via": [server_name], "canonical": True}, options.parent))
    return [*state, *options.more_state]


def _join_rules(options: CreateRoom) -> JsonObject:
    if options.access is Access.RESTRICTED and options.parent is not None:
        allow = [{"type": "m.room_membership", "room_id": options.parent}]
        return {"join_rule": "restricted", "allow": allow}
    return {"join_rule": "knock" if options.access is Access.KNOCK else "invite"}


def _state(type_: str, content: JsonObject, state_key: str = "") -> JsonObject:
    return {"type": type_, "state_key": state_key, "content": content}
