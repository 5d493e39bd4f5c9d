"""Signatures of keys are published: of one's own devices and master key, and of other users' master keys.

Each is verified, on the key as it is stored, before anybody sees it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keyssignaturesupload
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from federation.protocol.ids import UserId
from federation.protocol.signing import decode_base64
from homeserver.accounts.requester import Requester
from homeserver.e2ee.announce import announce_devices, announce_privately, announce_signing_keys
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.key_shapes import signed_part
from homeserver.e2ee.query_keys import query_keys
from homeserver.e2ee.signing_devices import signatures_by, signing_devices, verified_signatures
from homeserver.errors import InvalidParam, InvalidSignature, MatrixError, NotFound, TooLarge
from homeserver.json_types import JsonObject
from homeserver.storage import cross_signing, device_keys
from homeserver.storage.cross_signing import MASTER, SELF_SIGNING, USER_SIGNING, CrossSigningKey, Signature

MAX_SIGNED: Final = 1_000
"""How many signed keys one request may hold."""
QUERY_TIMEOUT_MS: Final = 10_000

SignedKeys: TypeAlias = Mapping[UserId, Mapping[str, JsonObject]]
"""Signed keys by user, and by device id or public key."""
Failures: TypeAlias = dict[UserId, dict[str, MatrixError]]


@dataclass(frozen=True, slots=True)
class Signable:
    """A key that the requester may sign: as it is stored, and by which keys, given by key id."""

    key: JsonObject
    signers: Mapping[str, bytes]


@dataclass(slots=True)
class Verified:
    """The signatures that hold, by user and target; and why the others do not."""

    made: dict[UserId, dict[str, dict[str, str]]] = field(default_factory=dict)
    failures: Failures = field(default_factory=dict)


async def upload_signatures(ctx: E2eeContext, requester: Requester, signed: SignedKeys) -> Failures:
    """Store the signatures that hold; return why the others do not, by user and key.

    Raises: TooLarge.
    """
    if sum(len(keys) for keys in signed.values()) > MAX_SIGNED:
        raise TooLarge(f"A request holds at most {MAX_SIGNED} signed keys")
    signable = await _load_signable(ctx, requester, signed)
    verified = Verified()
    for user_id, target, key in _each(signed):
        try:
            made = _verify(key, requester.user_id, signable.get((user_id, target)))
        except MatrixError as error:
            verified.failures.setdefault(user_id, {})[target] = error
        else:
            verified.made.setdefault(user_id, {})[target] = made
    if verified.made:
        await _store(ctx, requester, verified)
    return verified.failures


def _each(signed: SignedKeys) -> Iterator[tuple[UserId, str, JsonObject]]:
    for user_id, keys in signed.items():
        for target, key in keys.items():
            yield user_id, target, key


def _verify(key: JsonObject, signer: UserId, signable: Signable | None) -> dict[str, str]:
    """Return the signatures by key id. Raises NotFound, InvalidParam, InvalidSignature."""
    if signable is None:
        raise NotFound("There is no such key, or none that you could sign it with")
    if signed_part(key) != signed_part(signable.key):
        raise InvalidParam("The key is not the one that is known here")
    made = verified_signatures(key, signer, signable.signers)
    forged = signatures_by(signer, key).keys() & signable.signers.keys() - made.keys()
    if forged or not made:
        raise InvalidSignature("The key has no valid signature of yours")
    return made


async def _load_signable(
    ctx: E2eeContext, requester: Requester, signed: SignedKeys
) -> dict[tuple[UserId, str], Signable]:
    """Return what the requester may sign among the keys of a request, by user and target."""
    async with ctx.db.acquire() as conn:
        found = await cross_signing.select_cross_signing_keys(conn, [requester.user_nid])
        devices = await device_keys.select_device_keys(conn, [requester.user_nid])
    own = found.get(requester.user_nid, {})
    signable: dict[tuple[UserId, str], Signable] = {}
    if SELF_SIGNING in own:
        signers = _signer(own[SELF_SIGNING])
        for device in devices:
            signable[requester.user_id, device.device_id] = Signable(device.keys or {}, signers)
    if MASTER in own:
        target = requester.user_id, own[MASTER].public_key
        signable[target] = Signable(own[MASTER].json, signing_devices(devices))
    others = {user_id: () for user_id in signed if user_id != requester.user_id}
    if others and USER_SIGNING in own:
        signers = _signer(own[USER_SIGNING])
        keys = await query_keys(ctx, requester, others, QUERY_TIMEOUT_MS)
        for user_id, key in keys.master_keys.items():
            (public_key,) = key["keys"].values()
            signable[user_id, public_key] = Signable(key, signers)
    return signable


def _signer(key: CrossSigningKey) -> dict[str, bytes]:
    return {key.key_id: decode_base64(key.public_key)}


async def _store(ctx: E2eeContext, requester: Requester, verified: Verified) -> None:
    nids = await ctx.names.intern_users(verified.made)
    rows = [
        Signature(nids[user_id], target, requester.user_nid, key_id, signature)
        for user_id, targets in verified.made.items()
        for target, made in targets.items()
        for key_id, signature in made.items()
    ]
    others = [nid for user_id, nid in nids.items() if user_id != requester.user_id]
    async with ctx.positions.write() as change:
        await cross_signing.upsert_signatures(change.conn, rows)
        own_keys = await cross_signing.select_cross_signing_keys(change.conn, [requester.user_nid])
        master = own_keys.get(requester.user_nid, {}).get(MASTER)
        own = verified.made.get(requester.user_id, {})
        devices = [target for target in own if master is None or target != master.public_key]
        if devices:
            await announce_devices(change, requester.user_nid, devices)
        if len(devices) < len(own):
            await announce_signing_keys(change, requester.user_nid)
        if others:
            await announce_privately(change, requester.user_nid, others)
