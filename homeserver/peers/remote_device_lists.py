"""Keeps the device lists of other servers' users: fetches them whole, and takes in updates one by one.

A list is followed while a room is shared. It is fetched when somebody asks for it or an update comes, so that
what is new is known here even when the user's server is down later; and again whenever an update was missed.
Until that has succeeded it is stale.

Spec: https://spec.matrix.org/v1.19/server-server-api/#device-management
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from federation.errors import PeerAnsweredBadly, PeerFailed
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import UserId, server_name_of
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from federation.transport.paths import fill
from homeserver.e2ee.announce import announce_remote_user
from homeserver.e2ee.context import E2eeContext
from homeserver.peers.described_devices import parse_devices, store_public_keys
from homeserver.storage import remote_devices
from homeserver.storage.cross_signing import delete_cross_signing_keys, select_cross_signing_keys
from homeserver.storage.db import Connection
from homeserver.storage.positions import Change
from homeserver.storage.remote_devices import RemoteDevice, RemoteList
from homeserver.turns import Turns

log = structlog.get_logger(__name__)

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
FIRST_WAIT_MS: Final = 10_000
LONGEST_WAIT_MS: Final = 3600 * 1000
"""Between an attempt to fetch a user's list that failed and the next one in the background."""
FETCHED_AT_ONCE: Final = 5
LISTS_PER_ROUND: Final = 100
TIMEOUT_S: Final = 30.0
MAX_STREAM_ID: Final = 2**53 - 1


class RemoteDeviceLists:
    """The cache, and the ways it is filled. `work_to_do` is set when a list has become stale."""

    def __init__(self, e2ee: E2eeContext, client: FederationClient) -> None:
        self._e2ee = e2ee
        self._client = client
        self._fetching: Turns[UserId] = Turns()
        self.work_to_do = e2ee.shares.call("stale device lists")

    async def fetch(self, user_id: UserId, timeout_s: float = TIMEOUT_S) -> None:
        """Fetch a user's list if it is stale. Raises PeerFailed."""
        async with self._fetching.turn(user_id):
            known = await self._select(user_id)
            if known is None or not known.stale:
                return
            try:
                answer = await self._ask(user_id, timeout_s)
            except PeerFailed:
                async with self._e2ee.db.acquire() as conn:
                    await remote_devices.note_failure(conn, known.user_nid, self._e2ee.clock.now_ms())
                raise
            await self._store(user_id, known, answer)

    async def fetch_due(self) -> None:
        """Fetch stale lists in the background, each less and less often while its server fails."""
        while True:
            async with self._e2ee.db.acquire() as conn:
                now_ms = self._e2ee.clock.now_ms()
                due = await remote_devices.select_due_lists(
                    conn, now_ms, FIRST_WAIT_MS, LONGEST_WAIT_MS, LISTS_PER_ROUND
                )
            if not due:
                return
            at_once = asyncio.Semaphore(FETCHED_AT_ONCE)
            async with asyncio.TaskGroup() as tasks:
                for user_id in due:
                    tasks.create_task(self._fetch_quietly(user_id, at_once))

    async def take_in(
        self,
        change: Change,
        user_nid: int,
        stream_id: int,
        prev_ids: Sequence[int],
        device: RemoteDevice | str | None,
    ) -> bool:
        """Take in, in the transaction of `change`, an update of a device or, given its id, that it is gone.

        Return whether the whole list has to be fetched, `work_to_do` once this is committed: where it is not
        known, an update before this one is missing, or this one cannot be read (`device` is None).
        """
        known = (await remote_devices.select_lists(change.conn, [user_nid])).get(user_nid)
        if known is not None and not known.stale and prev_ids and stream_id == known.stream_id:
            return False  # sent twice
        await announce_remote_user(change, user_nid)
        if known is None:
            await remote_devices.insert_lists(change.conn, [user_nid])
        if known is None or known.stale or known.stream_id not in prev_ids or device is None:
            await remote_devices.note_gap(change.conn, user_nid)
            return True
        if isinstance(device, str):
            await remote_devices.delete_device(change.conn, user_nid, stream_id, device)
        else:
            await remote_devices.update_device(change.conn, user_nid, stream_id, device)
        return False

    async def take_in_keys(
        self, change: Change, user_nid: int, user_id: UserId, described: JsonObject
    ) -> None:
        """Take in new cross-signing keys of a user, in the transaction of `change`."""
        if await remote_devices.select_lists(change.conn, [user_nid]):
            await store_public_keys(change.conn, user_nid, user_id, described)
        await announce_remote_user(change, user_nid)

    async def _fetch_quietly(self, user_id: UserId, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            try:
                await self.fetch(user_id)
            except PeerFailed as failure:
                log.info("device_list.not_fetched", user_id=user_id, reason=failure.message)

    async def _select(self, user_id: UserId) -> RemoteList | None:
        user_nid = await self._e2ee.names.intern_user(user_id)
        async with self._e2ee.db.acquire() as conn:
            return (await remote_devices.select_lists(conn, [user_nid])).get(user_nid)

    async def _ask(self, user_id: UserId, timeout_s: float) -> JsonObject:
        server = server_name_of(user_id)
        path = fill("/_matrix/federation/v1/user/devices/{}", user_id)
        limits = Limits(timeout_s=timeout_s, max_bytes=MAX_ANSWER_BYTES)
        answer = await self._client.get(server, path, limits=limits)
        stream_id = answer.get("stream_id")
        if answer.get("user_id") != user_id or not isinstance(stream_id, int):
            raise PeerAnsweredBadly(server, "the device list is another user's, or has no number")
        if not 0 <= stream_id <= MAX_STREAM_ID:
            raise PeerAnsweredBadly(server, "the number of the device list is out of range")
        return answer

    async def _store(self, user_id: UserId, known: RemoteList, answer: JsonObject) -> None:
        """Replace the list, and tell those who may have asked in vain before, or got an older one."""
        devices = parse_devices(user_id, answer.get("devices"))
        stream_id = answer["stream_id"]
        assert isinstance(stream_id, int), "checked by _ask"
        user_nid, now_ms = known.user_nid, self._e2ee.clock.now_ms()
        async with self._e2ee.positions.write() as change:
            before = await _contents(change.conn, user_nid)
            if not await remote_devices.replace_list(change.conn, known, stream_id, devices, now_ms):
                return
            await delete_cross_signing_keys(change.conn, [user_nid])
            await store_public_keys(change.conn, user_nid, user_id, answer)
            if before != await _contents(change.conn, user_nid):
                await announce_remote_user(change, user_nid)


async def _contents(conn: Connection, user_nid: int) -> tuple[object, object]:
    return (
        await remote_devices.select_remote_devices(conn, [user_nid]),
        await select_cross_signing_keys(conn, [user_nid]),
    )
