"""The account's devices: which there are, their names, signing them out.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-management
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from client_desktop.core.api import Api, path
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_int, as_objects, as_optional_text, as_text

DEVICES: Final = "/_matrix/client/v3/devices"
DEVICE: Final = "/_matrix/client/v3/devices/{}"
DELETE_DEVICES: Final = "/_matrix/client/v3/delete_devices"
MAX_DEVICES: Final = 10_000
MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device as the server tells of it; what is known of its keys is `client.crypto`'s to say."""

    device_id: str
    name: str
    last_seen_ip: str | None
    last_seen_ms: int | None
    own: bool
    """The one we run as."""


async def fetch_devices(api: Api, own_device_id: str) -> tuple[DeviceRecord, ...]:
    """Return all devices, our own first, then the most recently seen.

    Raises: ClientError.
    """
    body = await api.get(DEVICES, retry=True)
    records = [_record(entry, own_device_id) for entry in as_objects(body.get("devices"))[:MAX_DEVICES]]
    known = [record for record in records if record.device_id]
    return tuple(sorted(known, key=lambda record: (not record.own, -(record.last_seen_ms or 0))))


async def rename_device(api: Api, device_id: str, name: str) -> None:
    """Give a device a name, which others can read.

    Raises: ClientError.
    """
    await api.put(path(DEVICE, device_id), {"display_name": name})


async def delete_devices(api: Api, device_ids: Sequence[str], auth: JsonObject | None) -> None:
    """Sign devices out, with this proof of who we are.

    Raises: NeedsInteractiveAuth, ClientError.
    """
    body: JsonObject = {"devices": list(device_ids)}
    try:
        await api.post(DELETE_DEVICES, body if auth is None else {**body, "auth": auth})
    except MatrixError as error:
        if error.status == 404 and error.errcode != "M_UNRECOGNIZED":
            return  # they are gone already
        raise


def _record(entry: JsonObject, own_device_id: str) -> DeviceRecord:
    device_id = as_text(entry.get("device_id"), limit=MAX_TEXT)
    return DeviceRecord(
        device_id=device_id,
        name=as_text(entry.get("display_name"), limit=MAX_TEXT),
        last_seen_ip=as_optional_text(entry.get("last_seen_ip"), limit=MAX_TEXT),
        last_seen_ms=as_int(entry.get("last_seen_ts")) or None,
        own=device_id == own_device_id,
    )
