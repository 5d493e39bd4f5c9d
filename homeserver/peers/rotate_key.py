"""Changing the key that this server signs with."""

from federation.protocol.signing import decode_base64
from federation.transport.own_keys import RetiredKey
from homeserver.config import Settings
from homeserver.signing_key_file import find_signing_key, public_half, replace_signing_key
from homeserver.storage.db import Database
from homeserver.storage.signing_keys import replace_signing_key as record_replacement
from homeserver.storage.signing_keys import select_signing_key


class NothingToRotate(Exception):
    """The server has no key yet: its first start makes one."""


async def rotate_signing_key(db: Database, settings: Settings, expired_ms: int) -> tuple[str, str]:
    """Take up the key in the signing key file, or make a new one where it holds the old one still.

    The file comes first: should the database not be reached then, the next call takes it up.
    Returns the IDs of the old key and the new one.

    Raises: NothingToRotate, SigningKeyUnusable.
    """
    async with db.acquire() as conn:
        recorded = await select_signing_key(conn)
    if recorded is None:
        raise NothingToRotate
    key = find_signing_key(settings)
    if key is None or public_half(key) == recorded:
        key = replace_signing_key(settings)
    old_id, _, old_public_key = recorded.partition(" ")
    retired = RetiredKey(old_id, decode_base64(old_public_key), expired_ms)
    async with db.transaction() as conn:
        await record_replacement(conn, public_half(key), retired)
    return old_id, key.key_id
