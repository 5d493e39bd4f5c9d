"""A device that takes in messages for a user who is logged in nowhere; the next log-in opens it (MSC3814).

It has keys and messages as any other device, and no session.
"""

from dataclasses import dataclass
from typing import Final

import orjson

from homeserver.accounts.logout import note_devices_gone
from homeserver.accounts.requester import Requester
from homeserver.accounts.sessions import check_device_id
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.key_shapes import check_device_keys
from homeserver.e2ee.upload_keys import Upload, check_keys, upload_keys
from homeserver.errors import Forbidden, InvalidParam, NotFound
from homeserver.json_types import JsonObject
from homeserver.storage import devices
from homeserver.storage.dehydrated_devices import DehydratedDevice, insert_dehydrated, select_dehydrated
from homeserver.storage.to_device import ToDeviceMessage, select_to_device_after

MAX_DISPLAY_NAME_LENGTH: Final = 100
MESSAGES_PER_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class NewDehydratedDevice:
    """What a client dehydrates."""

    device_id: str
    data: JsonObject
    display_name: str | None
    upload: Upload


async def put_dehydrated_device(ctx: E2eeContext, requester: Requester, new: NewDehydratedDevice) -> None:
    """Make a device the user's dehydrated one, in place of the one before.

    Raises: InvalidParam, also where the device is one that somebody uses; BadJson, TooLarge.
    """
    check_device_id(new.device_id)
    if not new.device_id or new.upload.device_keys is None:
        raise InvalidParam("A dehydrated device has an id and device keys")
    if len(new.display_name or "") > MAX_DISPLAY_NAME_LENGTH:
        raise InvalidParam(f"A display name has at most {MAX_DISPLAY_NAME_LENGTH} characters")
    check_device_keys(new.upload.device_keys, requester.user_id, new.device_id)
    check_keys(new.upload)
    device_nid = await _replace(ctx, requester.user_nid, new)
    device = Requester(requester.user_id, requester.user_nid, new.device_id, device_nid, None)
    await upload_keys(ctx, device, new.upload)


async def get_dehydrated_device(ctx: E2eeContext, user_nid: int) -> DehydratedDevice:
    """Return the user's dehydrated device. Raises NotFound."""
    async with ctx.db.acquire() as conn:
        device = await select_dehydrated(conn, user_nid)
    if device is None:
        raise NotFound("You have no dehydrated device")
    return device


async def delete_dehydrated_device(ctx: E2eeContext, user_nid: int) -> str:
    """Delete the user's dehydrated device with its keys and messages; return its id. Raises NotFound."""
    async with ctx.positions.write() as change:
        device = await select_dehydrated(change.conn, user_nid)
        if device is None:
            raise NotFound("You have no dehydrated device")
        gone = await devices.delete_devices(change.conn, user_nid, [device.device_id])
        await note_devices_gone(change, user_nid, gone)
    return device.device_id


async def messages_of_dehydrated_device(
    ctx: E2eeContext, user_nid: int, device_id: str, after: tuple[int, int]
) -> tuple[list[JsonObject], tuple[int, int]]:
    """Return messages to the user's dehydrated device behind a place, and the place of the last.

    They stay until the device is deleted: whoever opens it may fail and try again.

    Raises: Forbidden for any other device.
    """
    async with ctx.db.acquire() as conn:
        device = await select_dehydrated(conn, user_nid)
        if device is None or device.device_id != device_id:
            raise Forbidden("This is not your dehydrated device")
        found = await select_to_device_after(
            conn, device.device_nid, after, ctx.tailer.applied, MESSAGES_PER_PAGE
        )
    return [orjson.loads(message.json) for message in found], _place(found, after)


async def _replace(ctx: E2eeContext, user_nid: int, new: NewDehydratedDevice) -> int:
    async with ctx.positions.write() as change:
        before = await select_dehydrated(change.conn, user_nid)
        if before is not None:
            gone = await devices.delete_devices(change.conn, user_nid, [before.device_id])
            await note_devices_gone(change, user_nid, gone)
        if await devices.select_device(change.conn, user_nid, new.device_id) is not None:
            raise InvalidParam("There is another device with this id")
        device_nid = await devices.insert_device(
            change.conn, user_nid, new.device_id, new.display_name, ctx.clock.now_ms()
        )
        await insert_dehydrated(change.conn, user_nid, device_nid, orjson.dumps(new.data))
    return device_nid


def _place(found: list[ToDeviceMessage], after: tuple[int, int]) -> tuple[int, int]:
    return (found[-1].position, found[-1].ordinal) if found else after
