"""What is asked of identity servers, which know whose an address is.

Spec: https://spec.matrix.org/v1.19/identity-service-api/
"""

import hashlib
from typing import Annotated, Final

import msgspec

from federation.protocol.ids import InvalidIdentifier, UserId, parse_server_name, parse_user_id
from federation.protocol.signing import encode_base64_url
from homeserver.errors import InvalidParam, MatrixError
from homeserver.json_types import JsonObject
from homeserver.outgoing.json_client import JsonClient, RemoteFailed, RemoteRefused

MAX_KEYS: Final = 10
PREFIX: Final = "/_matrix/identity/v2"


class ThirdPartyId(msgspec.Struct, frozen=True):
    """Somebody's address, and the identity server that a client trusts to know whose it is."""

    id_server: str
    id_access_token: str
    medium: str
    address: str


class PublicKey(msgspec.Struct):
    """A key that an identity server signs with, and where it says whether it still does."""

    public_key: str
    key_validity_url: str


class StoredInvite(msgspec.Struct):
    """An invitation that an identity server keeps until somebody proves to own the address."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[0-9a-zA-Z.=_-]+$")]
    public_keys: Annotated[list[PublicKey], msgspec.Meta(min_length=1, max_length=MAX_KEYS)]
    display_name: Annotated[str, msgspec.Meta(max_length=255)]


async def find_user(client: JsonClient, wanted: ThirdPartyId) -> UserId | None:
    """Return the user whose address it is; None where the identity server knows nobody.

    Raises: InvalidParam; MatrixError where the identity server refuses, or cannot be asked.
    """
    details = await _ask(client, wanted, "/hash_details")
    pepper, algorithms = details.get("lookup_pepper"), details.get("algorithms")
    if not isinstance(pepper, str) or not isinstance(algorithms, list) or "sha256" not in algorithms:
        raise _unusable()
    hashed = hashlib.sha256(f"{_folded(wanted)} {wanted.medium} {pepper}".encode()).digest()
    address = encode_base64_url(hashed)
    body: JsonObject = {"algorithm": "sha256", "pepper": pepper, "addresses": [address]}
    mappings = (await _ask(client, wanted, "/lookup", body)).get("mappings")
    found = mappings.get(address) if isinstance(mappings, dict) else None
    try:
        return parse_user_id(found) if isinstance(found, str) else None
    except InvalidIdentifier as error:
        raise _unusable() from error


async def store_invite(client: JsonClient, wanted: ThirdPartyId, about: JsonObject) -> StoredInvite:
    """Have the identity server invite the owner of an address, whoever that will turn out to be.

    `about` names room and sender. Raises: as `find_user`.
    """
    body = about | {"medium": wanted.medium, "address": _folded(wanted)}
    try:
        return msgspec.convert(await _ask(client, wanted, "/store-invite", body), StoredInvite)
    except msgspec.ValidationError as error:
        raise _unusable() from error


async def is_key_valid(client: JsonClient, validity_url: str, public_key: str) -> bool:
    """Ask whether a key was not revoked; where nobody answers it counts as revoked."""
    try:
        return (await client.get(validity_url, {"public_key": public_key})).get("valid") is True
    except RemoteFailed:
        return False


async def _ask(
    client: JsonClient, wanted: ThirdPartyId, path: str, body: JsonObject | None = None
) -> JsonObject:
    try:
        url = f"https://{parse_server_name(wanted.id_server)}{PREFIX}{path}"
    except InvalidIdentifier as error:
        raise InvalidParam(f"`id_server`: {error}") from error
    token = wanted.id_access_token
    if not token.isascii() or not token.isprintable():
        raise InvalidParam("`id_access_token` is not an access token")
    try:
        return await (client.get(url, token=token) if body is None else client.post(url, body, token))
    except RemoteRefused as error:
        raise MatrixError(error.errcode or "M_UNKNOWN", 403, "The identity server refuses") from error
    except RemoteFailed as error:
        raise _unusable() from error


def _folded(wanted: ThirdPartyId) -> str:
    return wanted.address.casefold() if wanted.medium == "email" else wanted.address


def _unusable() -> MatrixError:
    return MatrixError("M_UNKNOWN", 400, "The identity server gives no usable answer")
