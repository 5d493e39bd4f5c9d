"""What an account's owner granted to clients, so that it can be looked over.

Nothing is revoked here: a grant ends with its device.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from homeserver.accounts.devices import list_devices
from homeserver.oauth.client_metadata import ClientMetadata
from homeserver.oauth.context import OAuthContext
from homeserver.storage import oauth_clients
from homeserver.storage.devices import Device


@dataclass(frozen=True, slots=True)
class Grant:
    """A device that a client was let in with, and what the client says of itself."""

    device: Device
    client_id: str
    metadata: ClientMetadata
    scope: str


async def list_grants(ctx: OAuthContext, user_nid: int) -> Sequence[Grant]:
    """Return the grants of a user that last, in the order of their devices: the oldest first."""
    devices = {device.device_nid: device for device in await list_devices(ctx.accounts, user_nid)}
    async with ctx.accounts.db.acquire() as conn:
        granted = await oauth_clients.select_grants(conn, user_nid)
    return [
        Grant(
            devices[grant.device_nid],
            grant.client_id,
            msgspec.json.decode(grant.metadata, type=ClientMetadata),
            grant.scope,
        )
        for grant in granted
        if grant.device_nid in devices
    ]
