"""A user's devices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-management
"""

from collections.abc import Sequence
from dataclasses import replace

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import note_devices_gone
from homeserver.accounts.sessions import MAX_DISPLAY_NAME_LENGTH
from homeserver.e2ee.announce import announce_devices
from homeserver.errors import InvalidParam, NotFound
from homeserver.storage import devices
from homeserver.storage.devices import Device


async def list_devices(ctx: AccountsContext, user_nid: int) -> list[Device]:
    """Return a user's devices, oldest first."""
    async with ctx.db.acquire() as conn:
        found = await devices.select_devices(conn, user_nid)
    return [_with_latest(ctx, device) for device in found]


async def get_device(ctx: AccountsContext, user_nid: int, device_id: str) -> Device:
    """Return one device.

    Raises: NotFound.
    """
    async with ctx.db.acquire() as conn:
        device = await devices.select_device(conn, user_nid, device_id)
    if device is None:
        raise NotFound("You have no such device")
    return _with_latest(ctx, device)


async def rename_device(
    ctx: AccountsContext, user_nid: int, device_id: str, display_name: str | None
) -> None:
    """Set a device's display name, which others can see.

    Raises: NotFound, InvalidParam.
    """
    if display_name is not None and len(display_name) > MAX_DISPLAY_NAME_LENGTH:
        raise InvalidParam(f"A device's name may have at most {MAX_DISPLAY_NAME_LENGTH} characters")
    async with ctx.positions.write() as change:
        if not await devices.update_display_name(change.conn, user_nid, device_id, display_name):
            raise NotFound("You have no such device")
        await announce_devices(change, user_nid, [device_id])


async def delete_devices(ctx: AccountsContext, user_nid: int, device_ids: Sequence[str]) -> None:
    """Delete those of the devices that exist, and end their sessions."""
    async with ctx.positions.write() as change:
        gone = await devices.delete_devices(change.conn, user_nid, device_ids)
        if gone:
            await note_devices_gone(change, user_nid, gone)
    ctx.tokens.forget_user(user_nid)


def _with_latest(ctx: AccountsContext, device: Device) -> Device:
    """Add what this process heard of a device and has not written yet."""
    seen = ctx.last_seen.waiting(device.device_nid)
    return device if seen is None else replace(device, last_seen_ts=seen.ts, last_seen_ip=seen.ip)
