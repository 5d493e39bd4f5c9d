"""Finding rooms: directories, addresses, a look before joining; and reporting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from client_desktop.core.api import path
from client_desktop.core.errors import BadAnswer, MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.summarize import MAX_TOPIC_CHARACTERS, clean_lines
from client_desktop.core.shapes import (
    as_bool,
    as_count,
    as_object,
    as_objects,
    as_optional_text,
    as_text,
    as_texts,
)
from client_desktop.core.text.bidi import safe_name

PAGE = 50
MAX_PAGE = 500
FEDERATED_TIMEOUT_S = 60.0
MAX_VIA = 20


@dataclass(frozen=True, slots=True)
class RoomPreview:
    """What a directory, a space or a server says of a room that one may not be in."""

    room_id: str
    name: str
    """Never empty: the address or the id where there is no name."""
    topic: str
    avatar_url: str | None
    canonical_alias: str | None
    joined_members: int
    join_rule: str
    space: bool
    world_readable: bool
    guest_can_join: bool
    encrypted: bool
    room_version: str
    """Empty where it was not said."""
    membership: str
    """One's own: `join`, `invite`, …; empty where it is none or was not said."""
    allowed_rooms: tuple[str, ...]
    """Rooms whose members may join, for restricted rooms."""


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    rooms: tuple[RoomPreview, ...]
    next_batch: str | None
    total: int | None
    """An estimate."""


@dataclass(frozen=True, slots=True)
class ResolvedAlias:
    room_id: str
    servers: tuple[str, ...]


class DirectoryActs:
    """Finding rooms."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    async def search_directory(
        self,
        term: str = "",
        *,
        server: str | None = None,
        since: str | None = None,
        limit: int = PAGE,
        spaces: bool | None = None,
    ) -> DirectoryPage:
        """Search the directory of our server, or of another; `spaces`: only them, or only rooms.

        Raises: ClientError.
        """
        chosen: JsonObject = {"generic_search_term": term} if term else {}
        if spaces is not None:
            chosen["room_types"] = ["m.space"] if spaces else [None]
        body: JsonObject = {"limit": limit, "filter": chosen}
        if since is not None:
            body["since"] = since
        answer = await self._ctx.api.post(
            "/_matrix/client/v3/publicRooms", body, {"server": server}, timeout_s=FEDERATED_TIMEOUT_S
        )
        total = answer.get("total_room_count_estimate")
        return DirectoryPage(
            tuple(read_previews(answer.get("chunk"))),
            as_optional_text(answer.get("next_batch")),
            None if total is None else as_count(total),
        )

    async def preview(self, room: str, via: Sequence[str] = ()) -> RoomPreview:
        """Tell what a room is like before joining it, by id or alias.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
        Raises: ClientError; MatrixError 404 where nothing is to be known.
        """
        query = {"via": list(via)}
        try:
            target = path("/_matrix/client/v1/room_summary/{}", room)
            answer = await self._ctx.api.get(target, query, timeout_s=FEDERATED_TIMEOUT_S)
        except MatrixError as error:
            if error.errcode != "M_UNRECOGNIZED":
                raise
            older = path("/_matrix/client/unstable/im.nheko.summary/summary/{}", room)
            answer = await self._ctx.api.get(older, query, timeout_s=FEDERATED_TIMEOUT_S)
        found = read_preview(answer)
        if found is None:
            raise BadAnswer("a room without an id")
        return found

    async def resolve_alias(self, alias: str) -> ResolvedAlias:
        """Ask which room an address leads to, and which servers know it.

        Raises: ClientError.
        """
        target = path("/_matrix/client/v3/directory/room/{}", alias)
        answer = await self._ctx.api.get(target, timeout_s=FEDERATED_TIMEOUT_S)
        room_id = as_text(answer.get("room_id"))
        if not room_id.startswith("!"):
            raise BadAnswer("an address without a room")
        return ResolvedAlias(room_id, as_texts(answer.get("servers"))[:MAX_VIA])

    async def aliases(self, room_id: str) -> tuple[str, ...]:
        """Give the addresses that our server has for a room.

        Raises: ClientError.
        """
        answer = await self._ctx.api.get(path("/_matrix/client/v3/rooms/{}/aliases", room_id))
        return as_texts(answer.get("aliases"))

    async def add_alias(self, room_id: str, alias: str) -> None:
        """Raises: ClientError."""
        target = path("/_matrix/client/v3/directory/room/{}", alias)
        await self._ctx.api.put(target, {"room_id": room_id})

    async def remove_alias(self, alias: str) -> None:
        """Raises: ClientError."""
        await self._ctx.api.delete(path("/_matrix/client/v3/directory/room/{}", alias), retry=True)

    async def is_published(self, room_id: str) -> bool:
        """Ask whether our server's directory lists a room.

        Raises: ClientError.
        """
        answer = await self._ctx.api.get(path("/_matrix/client/v3/directory/list/room/{}", room_id))
        return answer.get("visibility") == "public"

    async def set_published(self, room_id: str, published: bool) -> None:
        """Raises: ClientError."""
        target = path("/_matrix/client/v3/directory/list/room/{}", room_id)
        await self._ctx.api.put(target, {"visibility": "public" if published else "private"}, retry=True)

    async def report(self, room_id: str, event_id: str | None, reason: str) -> None:
        """Tell the server's admins of an event, or of a whole room.

        Raises: ClientError.
        """
        if event_id is None:
            target = path("/_matrix/client/v3/rooms/{}/report", room_id)
        else:
            target = path("/_matrix/client/v3/rooms/{}/report/{}", room_id, event_id)
        await self._ctx.api.post(target, {"reason": reason})

    async def room_versions(self) -> tuple[str, dict[str, str]]:
        """Ask which room versions the server makes: the default, and each with `stable` or `unstable`.

        Raises: ClientError.
        """
        answer = await self._ctx.api.get("/_matrix/client/v3/capabilities", retry=True)
        capability = as_object(as_object(answer.get("capabilities")).get("m.room_versions"))
        available = as_object(capability.get("available"))
        return as_text(capability.get("default"), "1"), {
            version: as_text(stability, "unstable") for version, stability in available.items()
        }


def read_previews(value: object) -> list[RoomPreview]:
    """Read a list of rooms, leaving out what is none."""
    found = (read_preview(entry) for entry in as_objects(value)[:MAX_PAGE])
    return [preview for preview in found if preview is not None]


def read_preview(entry: JsonObject) -> RoomPreview | None:
    """Read what is said of a room; None where it is not even said which."""
    room_id = as_text(entry.get("room_id"), limit=255)
    if not room_id.startswith("!"):
        return None
    alias = as_optional_text(entry.get("canonical_alias"), limit=255)
    encryption = entry.get("encryption", entry.get("im.nheko.summary.encryption"))
    version = entry.get("room_version", entry.get("im.nheko.summary.room_version"))
    return RoomPreview(
        room_id=room_id,
        name=safe_name(as_text(entry.get("name"))) or safe_name(alias or "") or room_id,
        topic=clean_lines(as_text(entry.get("topic"), limit=MAX_TOPIC_CHARACTERS)),
        avatar_url=as_optional_text(entry.get("avatar_url"), limit=1000),
        canonical_alias=alias,
        joined_members=as_count(entry.get("num_joined_members")),
        join_rule=as_text(entry.get("join_rule"), "public", limit=50),
        space=entry.get("room_type") == "m.space",
        world_readable=as_bool(entry.get("world_readable")),
        guest_can_join=as_bool(entry.get("guest_can_join")),
        encrypted=as_optional_text(encryption) is not None,
        room_version=as_text(version, limit=100),
        membership=as_text(entry.get("membership"), limit=20),
        allowed_rooms=as_texts(entry.get("allowed_room_ids")),
    )
