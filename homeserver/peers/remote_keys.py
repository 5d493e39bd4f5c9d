"""Keys of other servers' users: from the lists that are followed, or else from their servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#end-to-end-encryption
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

import orjson

from federation.errors import PeerFailed
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName, UserId, server_name_of
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from homeserver.e2ee.context import E2eeContext, WantedDevices, WantedKeys
from homeserver.e2ee.key_shapes import check_one_time_keys
from homeserver.e2ee.keys_of_users import ClaimedKeys, KeysOfUsers, render_device
from homeserver.errors import MatrixError, Unavailable
from homeserver.peers.described_devices import MAX_DEVICES, parse_device, parse_public_keys
from homeserver.peers.remote_device_lists import RemoteDeviceLists
from homeserver.storage import cross_signing, remote_devices
from homeserver.storage.cross_signing import MASTER
from homeserver.storage.remote_devices import RemoteList

V = TypeVar("V")

MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024
ASKED_AT_ONCE: Final = 20
MAX_FETCHED: Final = 20
"""Of one server's lists that are not known yet so many are fetched at once. Of more, one request asks for the
keys alone, and the lists are fetched in the background."""


class PeersKeys:
    """The port `PeerKeys` over federation."""

    def __init__(self, e2ee: E2eeContext, client: FederationClient, lists: RemoteDeviceLists) -> None:
        self._e2ee = e2ee
        self._client = client
        self._lists = lists

    async def query(self, wanted: WantedDevices, timeout_ms: int) -> KeysOfUsers:
        followed, missing = await self._follow(wanted)
        asked: dict[ServerName, list[UserId]] = _by_server(user for user in wanted if user not in followed)
        fetched: list[UserId] = []
        for server, users in _by_server(missing).items():
            if len(users) > MAX_FETCHED:
                asked.setdefault(server, []).extend(users)
                self._lists.work_to_do.ask()
            else:
                fetched += users
        at_once, timeout_s = asyncio.Semaphore(ASKED_AT_ONCE), timeout_ms / 1000
        async with asyncio.TaskGroup() as tasks:
            fetches = {
                user: tasks.create_task(_in_time(self._lists.fetch(user, timeout_s), at_once, timeout_s))
                for user in fetched
            }
            queries = {
                server: tasks.create_task(
                    _in_time(self._ask(server, users, wanted, timeout_s), at_once, timeout_s)
                )
                for server, users in asked.items()
            }
        found = KeysOfUsers()
        failures = {
            user: reason for user, task in fetches.items() if isinstance(reason := task.result(), str)
        }
        asked_for = {user for users in asked.values() for user in users}
        await self._add_known(
            found, {u: n for u, n in followed.items() if u not in asked_for}, wanted, failures
        )
        for server, query in queries.items():
            answer = query.result()
            if isinstance(answer, KeysOfUsers):
                found.add(answer)
            else:
                found.failures[server] = answer or "There was no answer"
        return found

    async def claim(self, wanted: WantedKeys, timeout_ms: int) -> ClaimedKeys:
        at_once, timeout_s = asyncio.Semaphore(ASKED_AT_ONCE), timeout_ms / 1000
        async with asyncio.TaskGroup() as tasks:
            claims = {
                server: tasks.create_task(
                    _in_time(
                        self._claim(server, {u: wanted[u] for u in users}, timeout_s), at_once, timeout_s
                    )
                )
                for server, users in _by_server(wanted).items()
            }
        claimed = ClaimedKeys()
        for server, claim in claims.items():
            answer = claim.result()
            if isinstance(answer, ClaimedKeys):
                claimed.one_time_keys |= answer.one_time_keys
            else:
                claimed.failures[server] = answer or "There was no answer"
        return claimed

    async def _follow(self, wanted: Iterable[UserId]) -> tuple[dict[UserId, int], list[UserId]]:
        """Return the users with whom a room is shared, and those of them whose list has to be fetched."""
        nids = await self._e2ee.names.known_users(wanted)
        async with self._e2ee.db.acquire() as conn:
            every = sorted(nids.values())
            sharing = await remote_devices.select_sharing(conn, every, self._e2ee.server_name)
            lists = await remote_devices.select_lists(conn, sorted(sharing))
            new = sorted(sharing - lists.keys())
            if new:
                await remote_devices.insert_lists(conn, new)
        followed = {user: nid for user, nid in nids.items() if nid in sharing}
        return followed, [user for user, nid in followed.items() if _is_missing(lists.get(nid))]

    async def _add_known(
        self,
        found: KeysOfUsers,
        followed: Mapping[UserId, int],
        wanted: WantedDevices,
        failures: Mapping[UserId, str],
    ) -> None:
        """Add what is known of followed users; a stale list is better than none."""
        users = {nid: user for user, nid in followed.items()}
        async with self._e2ee.db.acquire() as conn:
            lists = await remote_devices.select_lists(conn, sorted(users))
            devices = await remote_devices.select_remote_devices(conn, sorted(users))
            keys = await cross_signing.select_cross_signing_keys(conn, sorted(users))
        for nid, user in users.items():
            if nid in lists and lists[nid].stream_id >= 0:
                found.device_keys[user] = {}
                found.add_cross_signing(user, keys.get(nid, {}), {})
            elif user in failures:
                found.failures[server_name_of(user)] = failures[user]
        for device in devices:
            user = users[device.user_nid]
            if device.keys is not None and _is_wanted(device.device_id, wanted[user]):
                found.device_keys[user][device.device_id] = render_device(device, {})

    async def _ask(
        self, server: ServerName, users: Sequence[UserId], wanted: WantedDevices, timeout_s: float
    ) -> KeysOfUsers:
        """Ask a server for keys that are not kept. Raises PeerFailed."""
        answer = await self._post(
            server, "query", {"device_keys": {u: list(wanted[u]) for u in users}}, timeout_s
        )
        found = KeysOfUsers()
        for user in users:
            devices = _member(_member(answer, "device_keys"), user)
            found.device_keys[user] = dict(_checked_devices(user, devices, wanted[user]))
            described: JsonObject = {
                "master_key": _member(_member(answer, "master_keys"), user),
                "self_signing_key": _member(_member(answer, "self_signing_keys"), user),
            }
            for usage, _, key in parse_public_keys(user, described):
                (found.master_keys if usage == MASTER else found.self_signing_keys)[user] = key
        return found

    async def _claim(self, server: ServerName, wanted: WantedKeys, timeout_s: float) -> ClaimedKeys:
        """Claim keys of a server's users. Raises PeerFailed."""
        body: JsonObject = {"one_time_keys": {user: dict(devices) for user, devices in wanted.items()}}
        answer = _member(await self._post(server, "claim", body, timeout_s), "one_time_keys")
        claimed = ClaimedKeys()
        for user, devices in wanted.items():
            for device_id, algorithm in devices.items():
                keys = _member(_member(answer, user), device_id)
                if _is_claimed(keys, algorithm):
                    claimed.one_time_keys.setdefault(user, {})[device_id] = keys
        return claimed

    async def _post(self, server: ServerName, what: str, body: JsonObject, timeout_s: float) -> JsonObject:
        limits = Limits(timeout_s=timeout_s, max_bytes=MAX_ANSWER_BYTES)
        return await self._client.post(
            server, f"/_matrix/federation/v1/user/keys/{what}", body, limits=limits
        )


async def _in_time(work: Awaitable[V], at_once: asyncio.Semaphore, timeout_s: float) -> V | str:
    """Return what the work returns, or in words why there is nothing."""
    try:
        async with asyncio.timeout(timeout_s):
            async with at_once:
                return await work
    except TimeoutError:
        return "There was no answer in time"
    except (PeerFailed, Unavailable) as failure:
        return failure.message


def _by_server(users: Iterable[UserId]) -> dict[ServerName, list[UserId]]:
    servers: dict[ServerName, list[UserId]] = defaultdict(list)
    for user in users:
        servers[server_name_of(user)].append(user)
    return dict(servers)


def _is_missing(known: RemoteList | None) -> bool:
    return known is None or known.stale


def _is_wanted(device_id: str, wanted: Sequence[str]) -> bool:
    return not wanted or device_id in wanted


def _member(value: JsonValue, name: str) -> JsonObject:
    """Return a member that is an object, or an empty one: what a server answers is not to be trusted."""
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, dict) else {}


def _checked_devices(
    user: UserId, devices: JsonObject, wanted: Sequence[str]
) -> Iterable[tuple[str, JsonObject]]:
    for device_id, keys in list(devices.items())[:MAX_DEVICES]:
        name = _member(keys, "unsigned").get("device_display_name")
        described: JsonObject = {"device_id": device_id, "keys": keys, "device_display_name": name}
        try:
            device = parse_device(user, described)
        except MatrixError:
            continue
        if device.keys is not None and _is_wanted(device_id, wanted):
            unsigned: JsonObject = (
                {} if device.display_name is None else {"device_display_name": device.display_name}
            )
            yield device_id, {**orjson.loads(device.keys), "unsigned": unsigned}


def _is_claimed(keys: JsonObject, algorithm: str) -> bool:
    """Whether this is one well-formed key of the algorithm that was asked for."""
    try:
        found = list(check_one_time_keys(keys, "one_time_keys"))
    except MatrixError:
        return False
    return [key.algorithm for key in found] == [algorithm]
