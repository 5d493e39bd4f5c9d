"""Which devices people have, exact over restarts.

A user who is followed is either current or outdated. Who is outdated is asked for again; an answer makes
current only if nothing has changed since it was asked for. One query is under way at a time.

Spec: https://spec.matrix.org/v1.19/client-server-api/#tracking-the-device-list-for-a-user
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes, DevicesChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import Device, parse_device_keys
from client_desktop.core.crypto.ports import Trust
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_texts
from client_desktop.core.store import Store
from client_desktop.core.store.devices import (
    delete_device,
    delete_tracked,
    insert_tracked,
    is_tracked,
    mark_all_outdated,
    mark_current,
    mark_outdated,
    outdated_marks,
    select_device,
    select_device_by_keys,
    select_devices,
    select_outdated,
    select_owners,
    update_blocked,
    upsert_device,
)

log = logging.getLogger(__name__)

QUERY: Final = "/_matrix/client/v3/keys/query"
CHANGES: Final = "/_matrix/client/v3/keys/changes"
USERS_PER_QUERY: Final = 200
QUERY_TIMEOUT_S: Final = 30.0
REMOTE_TIMEOUT_MS: Final = 10_000
MAX_DEVICES_PER_USER: Final = 1_000
FIRST_PAUSE_S: Final = 15.0
LONGEST_PAUSE_S: Final = 900.0
IDENTITY_MEMBERS: Final = (
    ("master_keys", "master_key"),
    ("self_signing_keys", "self_signing_key"),
    ("user_signing_keys", "user_signing_key"),
)


@dataclass(frozen=True, slots=True)
class _Pause:
    """A server that did not answer ours is left alone until then."""

    until_s: float
    length_s: float


class DeviceLists:
    """Follows users and knows their devices."""

    def __init__(
        self, account: OlmAccount, api: Api, store: Store, changes: Changes, clock: Clock, trust: Trust
    ) -> None:
        self._account = account
        self._api = api
        self._store = store
        self._changes = changes
        self._clock = clock
        self.trust = trust
        self._querying = asyncio.Lock()
        self._pauses: dict[str, _Pause] = {}
        self.generation = 0
        """Another whenever a device, a list's being current, or trust may be another than before."""
        self._stop_listening = changes.listen(DevicesChanged, self._note_change)
        self.own_device_missing = False
        """The server did not name this device among the account's own."""
        self.track([account.user_id])

    def close(self) -> None:
        """Hear of nothing any more."""
        self._stop_listening()

    def any_outdated(self, user_ids: Iterable[str]) -> bool:
        """Tell whether what we have of any of them is to be asked for again."""
        return bool(self._outdated_among(user_ids))

    def of_user(self, user_id: str) -> list[Device]:
        """Return the devices we know of a user, without asking anybody."""
        return select_devices(self._store.db, user_id)

    def device(self, user_id: str, device_id: str) -> Device | None:
        return select_device(self._store.db, user_id, device_id)

    def by_keys(self, user_id: str, curve25519: str, ed25519: str | None = None) -> Device | None:
        """Return a user's device with these keys, also one that is gone since."""
        return select_device_by_keys(self._store.db, user_id, curve25519, ed25519)

    def owners(self, curve25519: str, ed25519: str) -> set[str]:
        """Return the users who have, or had, a device with both keys."""
        return select_owners(self._store.db, curve25519, ed25519)

    def set_blocked(self, user_id: str, device_id: str, blocked: bool) -> None:
        """Send no keys to a device any more, or again."""
        with self._store.transaction() as db:
            update_blocked(db, user_id, device_id, blocked)
        self._publish({user_id})

    def track(self, user_ids: Iterable[str]) -> None:
        """Begin to follow users; those that are new count as outdated."""
        new = [user_id for user_id in user_ids if not is_tracked(self._store.db, user_id)]
        if new:
            with self._store.transaction() as db:
                for user_id in new:
                    insert_tracked(db, user_id)
            self.generation += 1

    def receive(self, changed: Sequence[str], left: Sequence[str]) -> None:
        """Hear what a sync says of the lists."""
        if not changed and not left:
            return
        self.generation += 1
        with self._store.transaction() as db:
            mark_outdated(db, changed)
            for user_id in left:
                if user_id != self._account.user_id and user_id not in changed:
                    delete_tracked(db, user_id)

    def mark_all_outdated(self) -> None:
        """Trust nothing that we have: syncing began anew, and what changed in between was not said."""
        self.generation += 1
        with self._store.transaction() as db:
            mark_all_outdated(db)

    async def catch_up(self, from_token: str, to_token: str) -> None:
        """Hear of what changed between two sync tokens, where no sync said it."""
        try:
            answer = await self._api.get(CHANGES, {"from": from_token, "to": to_token}, retry=True)
        except ClientError:
            self.mark_all_outdated()
            raise
        self.receive(as_texts(answer.get("changed")), as_texts(answer.get("left")))

    async def refresh(self) -> None:
        """Ask for everybody who is outdated.

        Raises: ClientError, when the own server does not answer.
        """
        await self._ask(select_outdated(self._store.db).keys())

    async def current(
        self, user_ids: Sequence[str], *, even_if_current: bool = False
    ) -> dict[str, list[Device]]:
        """Return everybody's devices, asking first for those whose lists are outdated or not followed.

        Those of a server that does not answer are returned as we know them. `even_if_current` asks for all.

        Raises: ClientError, when the own server does not answer.
        """
        self.track(user_ids)
        if even_if_current:
            with self._store.transaction() as db:
                mark_outdated(db, user_ids)
        await self._ask(user_ids)
        return {user_id: self.of_user(user_id) for user_id in user_ids}

    async def _ask(self, user_ids: Iterable[str]) -> None:
        """Ask for those who are outdated, except on servers that did not answer lately."""
        if not self._outdated_among(user_ids):
            return
        async with self._querying:
            now_s = self._clock.monotonic()
            outdated = self._outdated_among(user_ids)  # whoever had the lock may have asked already
            worth_asking = (
                item for item in outdated.items() if not self._is_paused(_server_of(item[0]), now_s)
            )
            while batch := dict(islice(worth_asking, USERS_PER_QUERY)):
                await self._query(batch)

    def _outdated_among(self, user_ids: Iterable[str]) -> dict[str, int]:
        marks = {user_id: outdated_marks(self._store.db, user_id) for user_id in user_ids}
        return {user_id: count for user_id, count in marks.items() if count is not None}

    def _is_paused(self, server: str, now_s: float) -> bool:
        pause = self._pauses.get(server)
        return pause is not None and now_s < pause.until_s

    async def _query(self, marks: Mapping[str, int]) -> None:
        body = {"device_keys": {user_id: [] for user_id in marks}, "timeout": REMOTE_TIMEOUT_MS}
        answer = await self._api.post(QUERY, body, timeout_s=QUERY_TIMEOUT_S, retry=True)
        failed = self._note_failures(as_object(answer.get("failures")), marks)
        changed: set[str] = set()
        with self._store.transaction() as db:
            for user_id, count in marks.items():
                if user_id in failed:
                    continue
                if self._store_user(db, user_id, answer):
                    changed.add(user_id)
                mark_current(db, user_id, count)
        self._publish(changed)

    def _note_failures(self, failures: Mapping[str, object], asked: Iterable[str]) -> set[str]:
        """Pause the servers that did not answer; return whose devices are still to be asked for."""
        failed = set()
        for user_id in asked:
            server = _server_of(user_id)
            if server in failures:
                failed.add(user_id)
            else:
                self._pauses.pop(server, None)
        for server in {_server_of(user_id) for user_id in failed}:
            before = self._pauses.get(server)
            length_s = FIRST_PAUSE_S if before is None else min(before.length_s * 2, LONGEST_PAUSE_S)
            self._pauses[server] = _Pause(self._clock.monotonic() + length_s, length_s)
        return failed

    def _store_user(self, db: sqlite3.Connection, user_id: str, answer: ReadonlyJsonObject) -> bool:
        """Store one user's devices and identity as the server has them now; tell whether they changed."""
        listed = as_object(answer.get("device_keys")).get(user_id)
        changed = isinstance(listed, dict) and self._store_devices(db, user_id, listed)
        identity = {
            member: keys
            for name, member in IDENTITY_MEMBERS
            if (keys := as_object(as_object(answer.get(name)).get(user_id)))
        }
        return self.trust.receive_identities(db, user_id, identity) or changed

    def _store_devices(self, db: sqlite3.Connection, user_id: str, listed: JsonObject) -> bool:
        known = {device.device_id: device for device in select_devices(db, user_id)}
        named = dict(islice(sorted(listed.items()), MAX_DEVICES_PER_USER))
        if user_id == self._account.user_id:
            self.own_device_missing = self._account.device_id not in named
        changed = False
        for device_id in known.keys() - named.keys():
            delete_device(db, known[device_id])
            changed = True
        curve_keys = {
            device.curve25519: device_id for device_id, device in known.items() if device_id in named
        }
        for device_id, keys in named.items():
            device = self._accepted(user_id, device_id, keys, known.get(device_id))
            if device is None or curve_keys.setdefault(device.curve25519, device_id) != device_id:
                log.warning("device keys of %s %s are refused", user_id, device_id)
            elif device != known.get(device_id):
                upsert_device(db, device)
                changed = True
        return changed

    def _accepted(self, user_id: str, device_id: str, keys: object, known: Device | None) -> Device | None:
        """Check device keys; those of a known device may have other signatures and names, not other keys."""
        try:
            device = parse_device_keys(user_id, device_id, keys)
        except CryptoError:
            return None
        if known is not None:
            if (known.curve25519, known.ed25519) != (device.curve25519, device.ed25519):
                return None
            return replace(device, blocked=known.blocked, first_seen_ms=known.first_seen_ms)
        if (user_id, device_id) == (self._account.user_id, self._account.device_id):
            own = (self._account.curve25519, self._account.ed25519)
            if own != (device.curve25519, device.ed25519):
                return None
        return replace(device, first_seen_ms=self._clock.now_ms())

    def _note_change(self, change: Change) -> None:
        self.generation += 1

    def _publish(self, user_ids: set[str]) -> None:
        if user_ids:
            self._changes.publish(DevicesChanged(self._account.user_id, frozenset(user_ids)))


def _server_of(user_id: str) -> str:
    return user_id.partition(":")[2]
