"""Asks other servers for their published rooms and spaces.

Spec: https://spec.matrix.org/v1.19/server-server-api/#published-room-directory
"""

from collections.abc import Sequence
from time import monotonic
from typing import Final

import structlog

from federation.errors import PeerFailed, PeerRefused
from federation.protocol.ids import RoomId, ServerName
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from federation.transport.paths import fill
from homeserver.caches import LruCache
from homeserver.errors import MatrixError, NotFound
from homeserver.json_types import JsonObject
from homeserver.peers.remote_summaries import read_space, read_summary
from homeserver.rooms.public_rooms_query import PublicRoomsQuery
from homeserver.rooms.remote_directory import RemoteSpace

log = structlog.get_logger(__name__)

LIMITS: Final = Limits(timeout_s=15.0, max_bytes=4 * 1024 * 1024)
SPACE_KEPT_S: Final = 300.0
MAX_SPACES_KEPT: Final = 200
MAX_SERVERS_ASKED: Final = 3
MAX_ROOMS: Final = 500


class PeersDirectory:
    """The rooms of other servers; what they say of spaces is remembered for a few minutes."""

    def __init__(self, client: FederationClient) -> None:
        self._client = client
        self._spaces: LruCache[tuple[RoomId, bool], tuple[float, RemoteSpace]] = LruCache(MAX_SPACES_KEPT)

    async def public_rooms(self, server: ServerName, query: PublicRoomsQuery) -> JsonObject:
        path = "/_matrix/federation/v1/publicRooms"
        try:
            answer = await self._client.post(server, path, _body(query), limits=LIMITS)
        except PeerRefused as refusal:
            raise MatrixError(
                refusal.errcode or "M_UNKNOWN", 502, f"{server} refused: {refusal.message}"
            ) from refusal
        except PeerFailed as failure:
            raise NotFound(f"The server {server} cannot be reached") from failure
        return _page(answer)

    async def space(
        self, room_id: RoomId, via: Sequence[ServerName], *, suggested_only: bool
    ) -> RemoteSpace | None:
        kept = self._spaces.get((room_id, suggested_only))
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        for server in via[:MAX_SERVERS_ASKED]:
            space = await self._ask(server, room_id, suggested_only)
            if space is not None:
                self._spaces.put((room_id, suggested_only), (monotonic() + SPACE_KEPT_S, space))
                return space
        return None

    async def _ask(self, server: ServerName, room_id: RoomId, suggested_only: bool) -> RemoteSpace | None:
        path = fill("/_matrix/federation/v1/hierarchy/{}", room_id)
        try:
            answer = await self._client.get(server, path, {"suggested_only": suggested_only}, limits=LIMITS)
        except PeerFailed as failure:
            log.info("space_not_told", server=server, room=room_id, reason=str(failure))
            return None
        return read_space(answer, room_id)


def _body(query: PublicRoomsQuery) -> JsonObject:
    body: JsonObject = {"limit": query.limit}
    if query.since is not None:
        body["since"] = query.since
    wanted: JsonObject = {}
    if query.term is not None:
        wanted["generic_search_term"] = query.term
    if query.room_types is not None:
        wanted["room_types"] = sorted(query.room_types, key=lambda type_: type_ or "")
    if wanted:
        body["filter"] = wanted
    return body


def _page(answer: JsonObject) -> JsonObject:
    """Return what our users may be given of a page: rooms in the right form, tokens and the estimate."""
    listed = answer.get("chunk")
    rooms = [read_summary(room) for room in listed[:MAX_ROOMS]] if isinstance(listed, list) else []
    page: JsonObject = {"chunk": [room for room in rooms if room is not None]}
    for name in ("next_batch", "prev_batch"):
        if isinstance(answer.get(name), str):
            page[name] = answer[name]
    estimate = answer.get("total_room_count_estimate")
    if isinstance(estimate, int) and not isinstance(estimate, bool):
        page["total_room_count_estimate"] = estimate
    return page
