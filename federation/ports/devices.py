"""What other servers may ask about the devices of this server's users."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import UserId


class Devices(Protocol):
    """Answers for this server's own users only: what is known of others' is nobody's business."""

    async def device_list(self, user_id: UserId) -> JsonObject | None:
        """Return a user's devices and public keys as `/user/devices` answers them; None for no such user."""

    async def query_keys(self, wanted: Mapping[UserId, Sequence[str]]) -> JsonObject:
        """Return keys of devices and users as `/user/keys/query` answers them.

        An empty sequence stands for all devices. Raises a refusal for too large a question.
        """

    async def claim_keys(self, wanted: Mapping[UserId, Mapping[str, str]]) -> JsonObject:
        """Return one-time keys as `/user/keys/claim` answers them; the algorithm is wanted by device id."""
