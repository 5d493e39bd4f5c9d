"""A user's devices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-management
"""

from collections.abc import Sequence
from dataclasses import replace

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import note_devices_gone
from homeserver.accounts.sessions import MAX_DISPLAY_NAME_LENGTH, check_device_id
from homeserver.e2ee.announce import announce_devices
from homeserver.errors import InvalidParam, NotFound
from homeserver.storage import cross_signing, devices
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


async def make_device(ctx: AccountsContext, user_nid: int, device_id: str, display_name: str | None) -> bool:
    """Make a device without a session, for an application service; False where there is one already.

    Raises: InvalidParam.
    """
    check_device_id(device_id)
    if not device_id:
        raise InvalidParam("A device id has at least one character")
    _check_display_name(display_name)
    async with ctx.positions.write() as change:
        if await devices.select_device(change.conn, user_nid, device_id) is not None:
            return False
        if await cross_signing.is_public_key(change.conn, user_nid, device_id):
            raise InvalidParam("The device id is one of the user's cross-signing keys")
        await devices.insert_device(change.conn, user_nid, device_id, display_name, ctx.clock.now_ms())
        await announce_devices(change, user_nid, [device_id])
    return True


async def rename_device(
    ctx: AccountsContext, user_nid: int, device_id: str, display_name: str | None
) -> None:
    """Set a device's display name, which others can see.

    Raises: NotFound, InvalidParam.
    """
    _check_display_name(display_name)
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


def _check_display_name(display_name: str | None) -> None:
    if display_name is not None and len(display_name) > MAX_DISPLAY_NAME_LENGTH:
        raise InvalidParam(f"A device's name may have at most {MAX_DISPLAY_NAME_LENGTH} characters")


def _with_latest(ctx: AccountsContext, device: Device) -> Device:
    """Add what this process heard of a device and has not written yet."""
    seen = ctx.last_seen.waiting(device.device_nid)
    return device if seen is None else replace(device, last_seen_ts=seen.ts, last_seen_ip=seen.ip)
