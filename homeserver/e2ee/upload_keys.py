"""A device uploads its keys.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysupload
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from homeserver.accounts.requester import Requester
from homeserver.e2ee.announce import announce_devices
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.key_counts import render_counts
from homeserver.e2ee.key_shapes import check_device_keys, check_one_time_keys
from homeserver.errors import BadJson, InvalidParam, MatrixError, TooLarge
from homeserver.json_types import JsonObject
from homeserver.storage import cross_signing, device_keys, one_time_keys
from homeserver.storage.one_time_keys import KeyCounts, UploadedKey
from homeserver.storage.positions import Change, Stream

MAX_ONE_TIME_KEYS: Final = 1_000
"""Of one request, and of each algorithm that a device may have waiting; clients keep about fifty."""
MAX_ALGORITHMS: Final = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """What a device uploads; what is empty stays as it was."""

    device_keys: JsonObject | None = None
    one_time_keys: Mapping[str, Any] = field(default_factory=dict)
    fallback_keys: Mapping[str, Any] = field(default_factory=dict)


async def upload_keys(ctx: E2eeContext, requester: Requester, upload: Upload) -> dict[str, int]:
    """Store a device's keys, all or none; return how many one-time keys it has of each algorithm.

    Raises: BadJson, InvalidParam, TooLarge; MatrixError for a one-time key stored with another content.
    """
    device_id, device_nid = requester.device_id, requester.device_nid
    if device_id is None or device_nid is None:
        raise InvalidParam("Keys belong to a device, and there is none")
    identity = None
    if upload.device_keys is not None:
        identity = check_device_keys(upload.device_keys, requester.user_id, device_id)
    keys, fallback = check_keys(upload)
    if identity is not None or keys or fallback:
        async with ctx.positions.write() as change:
            await _store_one_time_keys(change, requester.user_nid, device_nid, keys)
            if fallback:
                await one_time_keys.upsert_fallback_keys(change.conn, device_nid, fallback)
                change.touch(Stream.KEY_COUNTS, users=[requester.user_nid])
            if identity is not None:
                await _store_identity(change, requester.user_nid, device_nid, device_id, identity)
    async with ctx.db.acquire() as conn:
        counts = await one_time_keys.count_keys(conn, requester.user_nid)
    return render_counts(counts.get(device_nid, KeyCounts()))


def check_keys(upload: Upload) -> tuple[list[UploadedKey], list[UploadedKey]]:
    """Return the one-time and fallback keys of an upload. Raises: BadJson, TooLarge."""
    if len(upload.one_time_keys) > MAX_ONE_TIME_KEYS:
        raise TooLarge(f"A request holds at most {MAX_ONE_TIME_KEYS} one-time keys")
    keys = list(check_one_time_keys(upload.one_time_keys, "one_time_keys"))
    fallback = list(check_one_time_keys(upload.fallback_keys, "fallback_keys"))
    algorithms = {key.algorithm for key in fallback}
    if len(algorithms) < len(fallback):
        raise BadJson("There can be one fallback key of each algorithm")
    if len(algorithms | {key.algorithm for key in keys}) > MAX_ALGORITHMS:
        raise TooLarge(f"A request holds keys of at most {MAX_ALGORITHMS} algorithms")
    return keys, fallback


async def _store_identity(
    change: Change, user_nid: int, device_nid: int, device_id: str, identity: bytes
) -> None:
    if await device_keys.upsert_device_keys(change.conn, device_nid, identity):
        await cross_signing.delete_signatures_on(change.conn, user_nid, [device_id])
        await announce_devices(change, user_nid, [device_id])


async def _store_one_time_keys(
    change: Change, user_nid: int, device_nid: int, keys: Sequence[UploadedKey]
) -> None:
    if not keys:
        return
    clash = await one_time_keys.find_clash(change.conn, device_nid, keys)
    if clash is not None:
        raise MatrixError("M_UNKNOWN", 400, f"One time key {clash} already exists, with another content")
    if not await one_time_keys.insert_one_time_keys(change.conn, device_nid, keys):
        return
    counts = (await one_time_keys.count_keys(change.conn, user_nid)).get(device_nid, KeyCounts())
    left = counts.one_time_keys
    if max(left.values(), default=0) > MAX_ONE_TIME_KEYS or len(left) > MAX_ALGORITHMS:
        raise TooLarge(
            f"A device has at most {MAX_ONE_TIME_KEYS} one-time keys of {MAX_ALGORITHMS} algorithms"
        )
    change.touch(Stream.KEY_COUNTS, users=[user_nid])
