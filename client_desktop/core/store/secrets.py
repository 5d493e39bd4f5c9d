"""Secrets that are on this device, sealed, and requests for those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

import orjson

SELECT_SECRET = "SELECT sealed FROM secrets WHERE name = ?"
UPSERT_SECRET = (
    "INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed"
)
DELETE_SECRET = "DELETE FROM secrets WHERE name = ?"

SELECT_REQUESTS = "SELECT name, request_id, device_ids, made_ms FROM secret_requests ORDER BY name"
SELECT_REQUEST_BY_ID = (
    "SELECT name, request_id, device_ids, made_ms FROM secret_requests WHERE request_id = ?"
)
UPSERT_REQUEST = (
    "INSERT OR REPLACE INTO secret_requests (name, request_id, device_ids, made_ms) VALUES (?, ?, ?, ?)"
)
DELETE_REQUEST = "DELETE FROM secret_requests WHERE name = ?"


@dataclass(frozen=True, slots=True)
class SecretRequest:
    """A secret that these devices of the account were asked for."""

    name: str
    request_id: str
    device_ids: tuple[str, ...]
    made_ms: int


def select_secret(db: Connection, name: str) -> bytes | None:
    row = db.execute(SELECT_SECRET, (name,)).fetchone()
    return bytes(row[0]) if row else None


def upsert_secret(db: Connection, name: str, sealed: bytes) -> None:
    db.execute(UPSERT_SECRET, (name, sealed))


def delete_secret(db: Connection, name: str) -> None:
    db.execute(DELETE_SECRET, (name,))


def select_requests(db: Connection) -> list[SecretRequest]:
    return [_request(row) for row in db.execute(SELECT_REQUESTS)]


def select_request(db: Connection, request_id: str) -> SecretRequest | None:
    row = db.execute(SELECT_REQUEST_BY_ID, (request_id,)).fetchone()
    return _request(row) if row else None


def upsert_request(db: Connection, request: SecretRequest) -> None:
    """Store a request, in place of an earlier one for the same secret."""
    device_ids = orjson.dumps(request.device_ids)
    db.execute(UPSERT_REQUEST, (request.name, request.request_id, device_ids, request.made_ms))


def delete_request(db: Connection, name: str) -> None:
    db.execute(DELETE_REQUEST, (name,))


def _request(row: tuple[str, str, bytes, int]) -> SecretRequest:
    name, request_id, device_ids, made_ms = row
    return SecretRequest(name, request_id, tuple(orjson.loads(device_ids)), made_ms)
