"""Keeping the server supplied with one-time keys and an unused fallback key.

Keys are stored before they are uploaded and marked as published only by the server's answer: what a crash or
a lost answer leaves behind is uploaded again, the same keys under the same names.

Spec: https://spec.matrix.org/v1.19/client-server-api/#one-time-and-fallback-keys
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.errors import MatrixError, RateLimited, TokenRejected
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_count, as_object
from client_desktop.core.store import Store
from client_desktop.core.store.olm import (
    AccountRow,
    durable_transaction,
    select_account,
    update_device_keys_uploaded,
    update_fallback,
)

log = logging.getLogger(__name__)

UPLOAD: Final = "/_matrix/client/v3/keys/upload"
CURVE: Final = "signed_curve25519"
FORGET_FALLBACK_MS: Final = 3_600_000
"""How long messages under the fallback key before the current one may take to arrive."""
FALLBACK_PAUSE_MS: Final = 300_000
"""A server that always says "used" gets a new key no oftener than this."""
REFUSED_PAUSE_S: Final = 600.0


class KeysUpkeep:
    """Uploads what is missing; `note_counts` says what that is, `upload` does it."""

    def __init__(self, account: OlmAccount, api: Api, store: Store, clock: Clock) -> None:
        self._account = account
        self._api = api
        self._store = store
        self._clock = clock
        self._uploading = asyncio.Lock()
        self._on_server: int | None = None
        self._fallback_used = False
        self._refused_until_s = 0.0

    def note_counts(self, counts: Mapping[str, object] | None, fallback_types: Sequence[str] | None) -> None:
        """Hear what a sync says of the server's supply; None where it says nothing."""
        if counts is not None:
            self._on_server = as_count(counts.get(CURVE))
        if fallback_types is not None:
            self._fallback_used = CURVE not in fallback_types

    async def upload(self) -> None:
        """Upload device keys, one-time keys and fallback key as far as they are missing.

        Raises: ClientError; nothing is lost then, the next call goes on.
        """
        async with self._uploading:
            if self._clock.monotonic() < self._refused_until_s:
                return
            self._generate()
            body = self._body()
            if body:
                await self._send(body)

    def forget_device_keys(self) -> None:
        """Note that the server does not have this device's keys: the next `upload` sends them again."""
        with self._store.transaction() as db:
            update_device_keys_uploaded(db, False)

    def _generate(self) -> None:
        missing = self._missing_one_time_keys()
        fallback = self._fallback_due()
        if not missing and not fallback:
            return
        with durable_transaction(self._store) as db:
            if missing:
                self._account.generate_one_time_keys(missing)
            if fallback:
                made_before = self._row().fallback_made_ms > 0 and self._fallback_used
                self._account.generate_fallback_key()
                update_fallback(db, max(1, self._clock.now_ms()), made_before)
            self._account.save(db)

    def _missing_one_time_keys(self) -> int:
        if self._on_server is None:
            if self._row().device_keys_uploaded:
                return 0
            self._on_server = 0  # a device that the server does not know has no keys there
        waiting = len(self._account.unpublished_one_time_keys())
        return max(0, self._account.max_one_time_keys - self._on_server - waiting)

    def _fallback_due(self) -> bool:
        """Tell whether a new fallback key is needed, or the one before the current is to be pushed out."""
        row = self._row()
        if self._account.unpublished_fallback_key():
            return False
        age_ms = self._clock.now_ms() - row.fallback_made_ms
        if row.fallback_made_ms == 0:
            return True
        if self._fallback_used:
            return not 0 <= age_ms < FALLBACK_PAUSE_MS
        return row.fallback_before_kept and not 0 <= age_ms < FORGET_FALLBACK_MS

    def _body(self) -> JsonObject:
        body: JsonObject = {}
        if not self._row().device_keys_uploaded:
            body["device_keys"] = self._account.device_keys()
        if one_time := self._account.unpublished_one_time_keys():
            body["one_time_keys"] = self._named(one_time, fallback=False)
        if fallback_key := self._account.unpublished_fallback_key():
            body["fallback_keys"] = self._named(fallback_key, fallback=True)
        return body

    def _named(self, keys: Mapping[str, str], *, fallback: bool) -> JsonObject:
        return {
            f"{CURVE}:{key_id}": self._account.signed_key(key, fallback=fallback)
            for key_id, key in keys.items()
        }

    def _row(self) -> AccountRow:
        row = select_account(self._store.db)
        assert row is not None, "an open account is stored"
        return row

    async def _send(self, body: ReadonlyJsonObject) -> None:
        try:
            answer = await self._api.post(UPLOAD, body, retry=True)
        except (RateLimited, TokenRejected):
            raise
        except MatrixError as error:
            if error.status == 400:
                self._give_up_names(error)
            raise
        self._on_server = as_count(as_object(answer.get("one_time_key_counts")).get(CURVE))
        with durable_transaction(self._store) as db:
            self._account.mark_published()
            self._account.save(db)
            if "device_keys" in body:
                update_device_keys_uploaded(db, True)
        if "fallback_keys" in body:
            self._fallback_used = False

    def _give_up_names(self, error: MatrixError) -> None:
        """Use the refused keys' names no more: the server has other keys under them.

        That is so after a store was put back from a copy. Asked again at once, a server that refuses
        everything would make us draw keys without end.
        """
        log.warning("keys/upload was refused: %s", error.errcode)
        self._refused_until_s = self._clock.monotonic() + REFUSED_PAUSE_S
        with durable_transaction(self._store) as db:
            self._account.mark_published()
            self._account.save(db)
