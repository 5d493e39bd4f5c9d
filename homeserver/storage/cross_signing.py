"""Cross-signing keys, and the signatures of keys that were uploaded after them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import orjson

from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

Usage: TypeAlias = Literal["master", "self_signing", "user_signing"]

MASTER: Final = "master"
SELF_SIGNING: Final = "self_signing"
USER_SIGNING: Final = "user_signing"

UPSERT_CROSS_SIGNING_KEY = """
INSERT INTO cross_signing_keys (user_nid, usage, public_key, json) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_nid, usage) DO UPDATE SET public_key = excluded.public_key, json = excluded.json
"""
SELECT_CROSS_SIGNING_KEYS = """
SELECT user_nid, usage, public_key, json FROM cross_signing_keys WHERE user_nid = ANY ($1::bigint[])
"""
SELECT_PUBLIC_KEY_TAKEN = """
SELECT EXISTS (SELECT FROM cross_signing_keys WHERE user_nid = $1 AND public_key = $2)
"""
DELETE_CROSS_SIGNING_KEYS = "DELETE FROM cross_signing_keys WHERE user_nid = ANY ($1::bigint[])"
UPSERT_SIGNATURES = """
INSERT INTO key_signatures (target_nid, target, signer_nid, key_id, signature)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[])
ON CONFLICT (target_nid, target, signer_nid, key_id) DO UPDATE SET signature = excluded.signature
"""
SELECT_SIGNATURES = """
SELECT s.target_nid, s.target, u.user_id AS signer, s.key_id, s.signature
FROM key_signatures s JOIN users u ON u.user_nid = s.signer_nid
WHERE s.target_nid = ANY ($1::bigint[]) AND (s.signer_nid = s.target_nid OR s.signer_nid = $2)
"""
DELETE_SIGNATURES_ON = "DELETE FROM key_signatures WHERE target_nid = $1 AND target = ANY ($2::text[])"
DELETE_SIGNATURES_BY = "DELETE FROM key_signatures WHERE signer_nid = $1 AND key_id = $2"

NOBODY: Final = 0


@dataclass(frozen=True, slots=True)
class CrossSigningKey:
    """One of a user's cross-signing keys; `public_key` in unpadded Base64, `json` as it was uploaded."""

    public_key: str
    json: JsonObject

    @property
    def key_id(self) -> str:
        return f"ed25519:{self.public_key}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A verified signature by a key of one user on a key of another, or of the same."""

    target_nid: int
    target: str
    signer_nid: int
    key_id: str
    signature: str


KeysOfUser: TypeAlias = Mapping[str, CrossSigningKey]
"""By usage."""
SignaturesOfUser: TypeAlias = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By target, signer and key id."""


async def upsert_cross_signing_key(
    conn: Connection, user_nid: int, usage: str, public_key: str, json: bytes
) -> None:
    """Set a user's cross-signing key of one usage."""
    await conn.execute(UPSERT_CROSS_SIGNING_KEY, user_nid, usage, public_key, json)


async def select_cross_signing_keys(conn: Connection, user_nids: Sequence[int]) -> dict[int, KeysOfUser]:
    """Return the cross-signing keys of users; those without any are left out."""
    keys: dict[int, dict[str, CrossSigningKey]] = defaultdict(dict)
    for row in await conn.fetch(SELECT_CROSS_SIGNING_KEYS, user_nids):
        found = CrossSigningKey(from_text(row["public_key"]), orjson.loads(row["json"]))
        keys[row["user_nid"]][row["usage"]] = found
    return dict(keys)


async def is_public_key(conn: Connection, user_nid: int, device_id: str) -> bool:
    """Tell whether a device id is one of the user's cross-signing keys, which it must not be."""
    taken: bool = await conn.fetchval(SELECT_PUBLIC_KEY_TAKEN, user_nid, to_text(device_id))
    return taken


async def delete_cross_signing_keys(conn: Connection, user_nids: Sequence[int]) -> None:
    """Forget users' cross-signing keys."""
    await conn.execute(DELETE_CROSS_SIGNING_KEYS, user_nids)


async def upsert_signatures(conn: Connection, signatures: Sequence[Signature]) -> None:
    """Store signatures that were verified, each (target, signer, key) at most once."""
    columns = [
        [s.target_nid for s in signatures],
        [to_text(s.target) for s in signatures],
        [s.signer_nid for s in signatures],
        [to_text(s.key_id) for s in signatures],
        [s.signature for s in signatures],
    ]
    await conn.execute(UPSERT_SIGNATURES, *columns)


async def select_signatures(
    conn: Connection, target_nids: Sequence[int], viewer_nid: int = NOBODY
) -> dict[int, SignaturesOfUser]:
    """Return the signatures on users' keys that a viewer may see: the owners', and the viewer's own."""
    found: dict[int, dict[str, dict[str, dict[str, str]]]] = {}
    for row in await conn.fetch(SELECT_SIGNATURES, target_nids, viewer_nid):
        of_target = found.setdefault(row["target_nid"], {}).setdefault(from_text(row["target"]), {})
        of_target.setdefault(row["signer"], {})[from_text(row["key_id"])] = row["signature"]
    return dict(found)


async def delete_signatures_on(conn: Connection, target_nid: int, targets: Iterable[str]) -> None:
    """Forget the signatures on devices or keys that are no more, or have changed."""
    await conn.execute(DELETE_SIGNATURES_ON, target_nid, [to_text(target) for target in targets])


async def delete_signatures_by(conn: Connection, signer_nid: int, key_id: str) -> None:
    """Forget the signatures by a key that is no more."""
    await conn.execute(DELETE_SIGNATURES_BY, signer_nid, to_text(key_id))
