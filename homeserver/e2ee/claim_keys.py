"""Claiming one-time keys, to begin an encrypted session with a device.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysclaim
"""

from collections.abc import Mapping
from typing import Final

import orjson

from federation.protocol.ids import UserId, server_name_of
from homeserver.e2ee.context import E2eeContext, WantedKeys
from homeserver.e2ee.keys_of_users import ClaimedKeys
from homeserver.errors import TooLarge
from homeserver.storage import one_time_keys
from homeserver.storage.one_time_keys import ClaimedKey
from homeserver.storage.positions import Stream

MAX_CLAIMS: Final = 5_000
"""How many devices one request may claim keys of."""


async def claim_keys(ctx: E2eeContext, wanted: WantedKeys, timeout_ms: int) -> ClaimedKeys:
    """Return one key of each device that has any, of local users and others. A one-time key is returned once.

    Raises: TooLarge.
    """
    _check_size(wanted)
    local = {user: devices for user, devices in wanted.items() if server_name_of(user) == ctx.server_name}
    remote = {user: devices for user, devices in wanted.items() if user not in local}
    claimed = await claim_local_keys(ctx, local)
    if remote:
        from_peers = await ctx.peers.keys.claim(remote, timeout_ms)
        claimed.one_time_keys |= from_peers.one_time_keys
        claimed.failures |= from_peers.failures
    return claimed


async def claim_local_keys(ctx: E2eeContext, wanted: WantedKeys) -> ClaimedKeys:
    """Return one key of each device of this server that has any: its oldest, or else its fallback key.

    Raises: TooLarge.
    """
    _check_size(wanted)
    nids = await ctx.names.known_users(wanted)
    pairs = [(nids[user], device) for user in wanted if user in nids for device in wanted[user]]
    if not pairs:
        return ClaimedKeys()
    async with ctx.db.acquire() as conn:
        device_nids = await one_time_keys.select_devices_of_claims(conn, pairs)
    owners = {
        device_nids[nids[user], device]: (user, device)
        for user in wanted
        for device in wanted[user]
        if user in nids and (nids[user], device) in device_nids
    }
    found = await _take(ctx, nids, owners, wanted)
    claimed = ClaimedKeys()
    for key in found:
        user, device = owners[key.device_nid]
        rendered = {f"{key.algorithm}:{key.key_id}": orjson.loads(key.json)}
        claimed.one_time_keys.setdefault(user, {})[device] = rendered
    return claimed


async def _take(
    ctx: E2eeContext, nids: Mapping[UserId, int], owners: Mapping[int, tuple[UserId, str]], wanted: WantedKeys
) -> list[ClaimedKey]:
    """Take the keys under the positions lock, so that nobody else is given the same ones."""
    claims = [(device_nid, wanted[user][device]) for device_nid, (user, device) in owners.items()]
    if not claims:
        return []
    async with ctx.positions.write() as change:
        keys = await one_time_keys.take_one_time_keys(change.conn, claims)
        served = {key.device_nid for key in keys}
        rest = [claim for claim in claims if claim[0] not in served]
        if rest:
            keys += await one_time_keys.use_fallback_keys(change.conn, rest)
        moved = {nids[owners[key.device_nid][0]] for key in keys if key.was_fresh}
        if moved:
            change.touch(Stream.KEY_COUNTS, users=moved)
    return keys


def _check_size(wanted: WantedKeys) -> None:
    if sum(len(devices) for devices in wanted.values()) > MAX_CLAIMS:
        raise TooLarge(f"A request claims keys of at most {MAX_CLAIMS} devices")
