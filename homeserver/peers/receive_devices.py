"""EDUs about devices: messages to ours, and news of other servers' users' devices and keys.

Spec: https://spec.matrix.org/v1.19/server-server-api/#device-management
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, TypeVar

import msgspec

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName, UserId, parse_user_id, server_name_of
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.e2ee.to_device_receive import DeliveredMessages, receive_to_device
from homeserver.errors import BadJson, Forbidden, MatrixError
from homeserver.peers.described_devices import parse_device, parse_device_id
from homeserver.peers.edu_receivers import EduHandler
from homeserver.peers.remote_device_lists import MAX_STREAM_ID, RemoteDeviceLists
from homeserver.storage.positions import Change
from homeserver.storage.remote_devices import RemoteDevice, select_sharing
from homeserver.storage.users import select_user_nids

T = TypeVar("T")

MAX_PREV_IDS: Final = 100


class DirectToDevice(msgspec.Struct, frozen=True):
    """m.direct_to_device: messages by user and device id."""

    sender: str
    type: str
    message_id: str
    messages: dict[str, dict[str, dict[str, Any]]]


StreamId = Annotated[int, msgspec.Meta(ge=0, le=MAX_STREAM_ID)]


class DeviceListUpdate(msgspec.Struct, frozen=True):
    """m.device_list_update, but for what describes the device."""

    user_id: str
    stream_id: StreamId
    prev_id: Annotated[list[StreamId], msgspec.Meta(max_length=MAX_PREV_IDS)] = []
    deleted: bool = False


class SigningKeyUpdate(msgspec.Struct, frozen=True):
    """m.signing_key_update, but for the keys."""

    user_id: str


def device_edu_handlers(
    e2ee: E2eeContext, to_device: ToDeviceContext, lists: RemoteDeviceLists
) -> Mapping[str, EduHandler]:
    """Return who takes which EDUs."""
    return {
        "m.direct_to_device": partial(receive_direct_to_device, to_device),
        "m.device_list_update": partial(receive_device_list_update, e2ee, lists),
        "m.signing_key_update": partial(receive_signing_key_update, e2ee, lists),
        # COMPAT: servers that began before the specification had it send this name as well.
        "org.matrix.signing_key_update": partial(receive_signing_key_update, e2ee, lists),
    }


async def receive_direct_to_device(ctx: ToDeviceContext, origin: ServerName, content: JsonObject) -> None:
    """Store messages for our devices. Raises MatrixError, InvalidIdentifier."""
    edu = _parse(content, DirectToDevice)
    messages = {parse_user_id(user_id): contents for user_id, contents in edu.messages.items()}
    sender = parse_user_id(edu.sender)
    await receive_to_device(ctx, DeliveredMessages(origin, edu.message_id, sender, edu.type, messages))


async def receive_device_list_update(
    ctx: E2eeContext, lists: RemoteDeviceLists, origin: ServerName, content: JsonObject
) -> None:
    """Take in that a device is new, different or gone, where a room is shared with its user.

    Raises: MatrixError, InvalidIdentifier.
    """
    edu = _parse(content, DeviceListUpdate)
    user_id = _user_of(origin, edu.user_id)
    device_id = parse_device_id(content.get("device_id"))
    device = device_id if edu.deleted else _readable_device(user_id, content)
    is_missing = False
    async with ctx.positions.write() as change:
        user_nid = await _sharing_user(ctx, change, user_id)
        if user_nid is not None:
            is_missing = await lists.take_in(change, user_nid, edu.stream_id, edu.prev_id, device)
    if is_missing:
        lists.work_to_do.ask()


async def receive_signing_key_update(
    ctx: E2eeContext, lists: RemoteDeviceLists, origin: ServerName, content: JsonObject
) -> None:
    """Take in a user's new cross-signing keys, where a room is shared with the user.

    Raises: MatrixError, InvalidIdentifier.
    """
    user_id = _user_of(origin, _parse(content, SigningKeyUpdate).user_id)
    async with ctx.positions.write() as change:
        user_nid = await _sharing_user(ctx, change, user_id)
        if user_nid is not None:
            await lists.take_in_keys(change, user_nid, user_id, content)


def _parse(content: JsonObject, shape: type[T]) -> T:
    try:
        return msgspec.convert(content, shape)
    except msgspec.ValidationError as error:
        raise BadJson(str(error)) from error


def _readable_device(user_id: UserId, content: JsonObject) -> RemoteDevice | None:
    """Return a device, None where its keys are malformed; those from before are out of date all the same."""
    try:
        return parse_device(user_id, content)
    except MatrixError:
        return None


def _user_of(origin: ServerName, text: str) -> UserId:
    user_id = parse_user_id(text)
    if server_name_of(user_id) != origin:
        raise Forbidden("The user is not one of the server that speaks of them")
    return user_id


async def _sharing_user(ctx: E2eeContext, change: Change, user_id: UserId) -> int | None:
    """Return the number of a user with whom a room is shared; of others nothing is kept."""
    user_nid = (await select_user_nids(change.conn, [user_id])).get(user_id)
    if user_nid is None:
        return None
    sharing = await select_sharing(change.conn, [user_nid], ctx.server_name)
    return user_nid if user_nid in sharing else None
