"""From where a user connects.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3adminwhoisuserid
"""

from homeserver.accounts.context import AccountsContext
from homeserver.storage.connections_of_user import DeviceConnection, select_connections


async def whois(ctx: AccountsContext, user_nid: int) -> list[DeviceConnection]:
    """Return the devices of a user with their last connections, those not written yet included."""
    async with ctx.db.acquire() as conn:
        stored = await select_connections(conn, user_nid)
    return [_with_latest(ctx, device) for device in stored]


def _with_latest(ctx: AccountsContext, device: DeviceConnection) -> DeviceConnection:
    seen = ctx.last_seen.waiting(device.device_nid)
    if seen is None:
        return device
    return DeviceConnection(device.device_nid, device.device_id, seen.ts, seen.ip, seen.agent)
