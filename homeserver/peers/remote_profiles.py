"""Asks other servers for their users' profiles.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1queryprofile
"""

from time import monotonic
from typing import Final

from federation.errors import PeerFailed
from federation.protocol.ids import UserId, server_name_of
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from homeserver.caches import LruCache
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject
from homeserver.turns import Turns

LIMITS: Final = Limits(timeout_s=10.0, max_bytes=128 * 1024)
KEPT_S: Final = 60.0
MAX_KEPT: Final = 5_000


class PeersProfiles:
    """The port `RemoteProfiles` over federation; answers are remembered for a minute."""

    def __init__(self, client: FederationClient) -> None:
        self._client = client
        self._kept: LruCache[UserId, tuple[float, JsonObject]] = LruCache(MAX_KEPT)
        self._asking: Turns[UserId] = Turns()

    async def profile_of(self, user_id: UserId) -> JsonObject:
        async with self._asking.turn(user_id):
            kept = self._kept.get(user_id)
            if kept is not None and kept[0] > monotonic():
                return kept[1]
            profile = await self._ask(user_id)
            self._kept.put(user_id, (monotonic() + KEPT_S, profile))
            return profile

    async def _ask(self, user_id: UserId) -> JsonObject:
        path = "/_matrix/federation/v1/query/profile"
        try:
            return await self._client.get(server_name_of(user_id), path, {"user_id": user_id}, limits=LIMITS)
        except PeerFailed as failure:
            raise NotFound(f"The profile cannot be found: {failure.message}") from failure
