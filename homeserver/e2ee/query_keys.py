"""Looking up the keys of users and their devices, wherever they are.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysquery
"""

from collections.abc import Mapping
from typing import Final

from federation.protocol.ids import UserId, server_name_of
from homeserver.accounts.requester import Requester
from homeserver.e2ee.context import E2eeContext, WantedDevices
from homeserver.e2ee.keys_of_users import KeysOfUsers, render_device, with_signatures
from homeserver.errors import TooLarge
from homeserver.storage import cross_signing, device_keys
from homeserver.storage.cross_signing import NOBODY, USER_SIGNING
from homeserver.storage.db import Connection

MAX_USERS: Final = 10_000
"""How many users one request may ask about."""


async def query_keys(
    ctx: E2eeContext, requester: Requester, wanted: WantedDevices, timeout_ms: int
) -> KeysOfUsers:
    """Return the keys that the requester may see, of local users and others.

    Users and devices that do not exist are left out.

    Raises: TooLarge.
    """
    if len(wanted) > MAX_USERS:
        raise TooLarge(f"A request asks about at most {MAX_USERS} users")
    local = {user: devices for user, devices in wanted.items() if server_name_of(user) == ctx.server_name}
    remote = {user: devices for user, devices in wanted.items() if user not in local}
    found = await query_local_keys(ctx, local, requester.user_nid)
    if remote:
        from_peers = await ctx.peers.keys.query(remote, timeout_ms)
        await _add_own_signatures(ctx, requester, from_peers)
        found.add(from_peers)
    return found


async def query_local_keys(ctx: E2eeContext, wanted: WantedDevices, viewer_nid: int = NOBODY) -> KeysOfUsers:
    """Return the keys of this server's users that a viewer may see; NOBODY sees what everybody does."""
    nids = await ctx.names.known_users(wanted)
    found = KeysOfUsers()
    if nids:
        async with ctx.db.acquire() as conn:
            accounts = await device_keys.select_accounts(conn, sorted(nids.values()))
            users = {nid: user_id for user_id, nid in nids.items() if nid in accounts}
            await _load(conn, found, users, wanted, viewer_nid)
    return found


async def _load(
    conn: Connection, found: KeysOfUsers, users: Mapping[int, UserId], wanted: WantedDevices, viewer_nid: int
) -> None:
    nids = sorted(users)
    devices = await device_keys.select_device_keys(conn, nids)
    cross_signing_keys = await cross_signing.select_cross_signing_keys(conn, nids)
    signatures = await cross_signing.select_signatures(conn, nids, viewer_nid)
    found.device_keys = {user_id: {} for user_id in users.values()}
    for device in devices:
        user_id = users[device.user_nid]
        if not wanted[user_id] or device.device_id in wanted[user_id]:
            rendered = render_device(device, signatures.get(device.user_nid, {}))
            found.device_keys[user_id][device.device_id] = rendered
    for user_nid, keys in cross_signing_keys.items():
        found.add_cross_signing(users[user_nid], keys, signatures.get(user_nid, {}))
    if USER_SIGNING in (own := cross_signing_keys.get(viewer_nid, {})):
        found.user_signing_keys[users[viewer_nid]] = own[USER_SIGNING].json


async def _add_own_signatures(ctx: E2eeContext, requester: Requester, found: KeysOfUsers) -> None:
    """Add what the requester has signed of the master keys of other servers' users."""
    nids = await ctx.names.known_users(found.master_keys)
    if not nids:
        return
    async with ctx.db.acquire() as conn:
        signatures = await cross_signing.select_signatures(conn, sorted(nids.values()), requester.user_nid)
    for user_id, user_nid in nids.items():
        master = found.master_keys[user_id]
        (public_key,) = master["keys"].values()
        found.master_keys[user_id] = with_signatures(master, signatures.get(user_nid, {}).get(public_key))
