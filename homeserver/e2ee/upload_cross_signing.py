"""A user's cross-signing keys are published, for the first time or anew.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysdevice_signingupload
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import UserId
from federation.protocol.signing import SignatureError, decode_base64, verify_json
from homeserver.accounts.requester import Requester
from homeserver.e2ee.announce import announce_privately, announce_signing_keys
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.key_shapes import check_cross_signing_key, encode_key, signed_part
from homeserver.e2ee.signing_devices import signing_devices, verified_signatures
from homeserver.errors import Forbidden, InvalidSignature, MissingParam
from homeserver.json_types import JsonObject
from homeserver.storage import cross_signing, devices
from homeserver.storage.cross_signing import MASTER, SELF_SIGNING, USER_SIGNING, CrossSigningKey, KeysOfUser
from homeserver.storage.device_keys import select_device_keys
from homeserver.storage.positions import Change

USAGES: Final = (MASTER, SELF_SIGNING, USER_SIGNING)


@dataclass(frozen=True, slots=True)
class CheckedKeys:
    """Keys that are well formed and well signed, by usage, and those that were there before."""

    keys: KeysOfUser
    before: KeysOfUser

    @property
    def needs_owner(self) -> bool:
        """Whether the owner must confirm: always, but for the first keys and for the same once more."""
        if MASTER not in self.before:
            return False
        return any(not _is_same(self.before.get(usage), key) for usage, key in self.keys.items())


async def check_cross_signing_keys(
    ctx: E2eeContext, requester: Requester, uploaded: Mapping[str, JsonObject]
) -> CheckedKeys:
    """Check the keys of an upload, given by usage.

    Raises: BadJson, InvalidParam; MissingParam without a master key; InvalidSignature; Forbidden when a
    device has the id of one of the keys.
    """
    public_keys = {
        usage: check_cross_signing_key(key, requester.user_id, usage) for usage, key in uploaded.items()
    }
    async with ctx.db.acquire() as conn:
        before = (await cross_signing.select_cross_signing_keys(conn, [requester.user_nid])).get(
            requester.user_nid, {}
        )
        device_ids = {device.device_id for device in await devices.select_devices(conn, requester.user_nid)}
        identities = await select_device_keys(conn, [requester.user_nid])
    if device_ids.intersection(public_keys.values()):
        raise Forbidden("A device has the id of this key")
    signers = signing_devices(identities)
    master = public_keys.get(MASTER) or (before[MASTER].public_key if MASTER in before else None)
    if master is None:
        raise MissingParam("There is no master key, neither here nor in the request")
    return CheckedKeys(
        {
            usage: CrossSigningKey(
                public_keys[usage],
                _with_verified_signatures(key, requester.user_id, signers)
                if usage == MASTER
                else _signed_by_master(key, requester.user_id, master),
            )
            for usage, key in uploaded.items()
        },
        before,
    )


async def store_cross_signing_keys(ctx: E2eeContext, requester: Requester, checked: CheckedKeys) -> None:
    """Store keys that were checked and, where that was needed, confirmed.

    Raises: Forbidden when the stored keys have changed since: what was confirmed may no longer hold.
    """
    user_nid = requester.user_nid
    changed = [usage for usage in USAGES if _differs(checked, usage)]
    if not changed:
        return
    async with ctx.positions.write() as change:
        now = (await cross_signing.select_cross_signing_keys(change.conn, [user_nid])).get(user_nid, {})
        if now != checked.before:
            raise Forbidden("The keys have been changed meanwhile")
        for usage in changed:
            await _replace(change, user_nid, usage, checked)
        if changed != [USER_SIGNING]:
            await announce_signing_keys(change, user_nid)
        else:
            await announce_privately(change, user_nid, [user_nid])


async def _replace(change: Change, user_nid: int, usage: str, checked: CheckedKeys) -> None:
    key, old = checked.keys[usage], checked.before.get(usage)
    if old is not None and old.public_key != key.public_key:
        await cross_signing.delete_signatures_by(change.conn, user_nid, old.key_id)
        await cross_signing.delete_signatures_on(change.conn, user_nid, [old.public_key])
    json = encode_key(key.json, usage)
    await cross_signing.upsert_cross_signing_key(change.conn, user_nid, usage, key.public_key, json)


def _differs(checked: CheckedKeys, usage: str) -> bool:
    return usage in checked.keys and checked.keys[usage] != checked.before.get(usage)


def _is_same(old: CrossSigningKey | None, new: CrossSigningKey) -> bool:
    return old is not None and signed_part(old.json) == signed_part(new.json)


def _signed_by_master(key: JsonObject, user_id: UserId, master: str) -> JsonObject:
    """Return the key with its master's signature alone. Raises InvalidSignature."""
    key_id = f"ed25519:{master}"
    try:
        verify_json(key, user_id, key_id, decode_base64(master))
    except SignatureError as error:
        raise InvalidSignature(f"The key is not signed by the master key: {error}") from error
    return {**signed_part(key), "signatures": {user_id: {key_id: key["signatures"][user_id][key_id]}}}


def _with_verified_signatures(key: JsonObject, user_id: UserId, signers: Mapping[str, bytes]) -> JsonObject:
    """Return a master key with the signatures by the user's own devices that hold, and no others."""
    made = verified_signatures(key, user_id, signers)
    return {**signed_part(key), "signatures": {user_id: made}} if made else signed_part(key)
