"""The authorization rules on third-party invites: rule 5.4.1 of room version 12.

Spec: https://spec.matrix.org/v1.19/server-server-api/#verifying-the-invite
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from federation.protocol.auth_state import AuthState, refuse
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import AuthRule, SignatureError
from federation.protocol.pdu import Pdu
from federation.protocol.signing import decode_base64, verify_json

# Ours: what remote servers write must not make us check thousands of signatures.
MAX_PUBLIC_KEYS: Final = 20
MAX_SIGNATURES: Final = 20


def check_third_party_invite(room: AuthState, pdu: Pdu, target: str) -> None:
    """Check an invite that an identity server has vouched for.

    Of the public keys and of the signatures, the first twenty count.

    Raises: AuthRuleError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    # 5.4.1.1. If target user is banned, reject.
    if room.membership(target) == "ban":
        refuse(AuthRule.THIRD_PARTY_INVITE_BANNED, "the user is banned")
    # 5.4.1.2. If content.third_party_invite does not have a signed property, reject.
    third_party_invite = pdu.content["third_party_invite"]
    signed = third_party_invite.get("signed") if isinstance(third_party_invite, dict) else None
    if not isinstance(signed, dict):
        refuse(AuthRule.THIRD_PARTY_INVITE_FORMAT, "third_party_invite has no signed object")
    # 5.4.1.3. If signed does not have mxid and token properties, reject.
    mxid, token = signed.get("mxid"), signed.get("token")
    if not isinstance(mxid, str) or not isinstance(token, str):
        refuse(AuthRule.THIRD_PARTY_INVITE_FORMAT, "signed has no mxid or no token")
    # 5.4.1.4. If mxid does not match state_key, reject.
    if mxid != target:
        refuse(AuthRule.THIRD_PARTY_INVITE_OTHER_USER, "the invite was signed for somebody else")
    # 5.4.1.5. If there is no m.room.third_party_invite event in the state with this token, reject.
    invite = room.third_party_invite(token)
    if invite is None:
        refuse(AuthRule.THIRD_PARTY_INVITE_UNKNOWN, "no such third-party invite")
    # 5.4.1.6. If sender does not match sender of the m.room.third_party_invite, reject.
    if pdu.sender != invite.sender:
        refuse(AuthRule.THIRD_PARTY_INVITE_SENDER, "the third-party invite is of another sender")
    # 5.4.1.7. If any signature in signed matches any public key in the event, allow. 5.4.1.8. Else reject.
    if next(keys_that_signed(signed, invite.content), None) is None:
        refuse(AuthRule.THIRD_PARTY_INVITE_SIGNATURE, "the third-party invite is not validly signed")


def keys_that_signed(signed: JsonObject, content: JsonObject) -> Iterator[JsonObject]:
    """Yield the entries, of a third-party invite's content, whose key has signed an object."""
    names = _signature_names(signed)
    for entry, public_key in _public_keys(content):
        if any(_is_signed(signed, server_name, key_id, public_key) for server_name, key_id in names):
            yield entry


def _public_keys(content: JsonObject) -> list[tuple[JsonObject, bytes]]:
    listed = content.get("public_keys")
    entries: list[JsonValue] = [content, *listed] if isinstance(listed, list) else [content]
    keys: list[tuple[JsonObject, bytes]] = []
    for entry in entries[:MAX_PUBLIC_KEYS]:
        text = entry.get("public_key") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(text, str):
            try:
                keys.append((entry, decode_base64(text)))
            except ValueError:
                # A key that cannot be read matches no signature.
                continue
    return keys


def _signature_names(signed: JsonObject) -> list[tuple[str, str]]:
    signatures = signed.get("signatures")
    if not isinstance(signatures, dict):
        return []
    names = (
        (server_name, key_id)
        for server_name, of_server in signatures.items()
        if isinstance(of_server, dict)
        for key_id in of_server
    )
    return list(islice(names, MAX_SIGNATURES))


def _is_signed(signed: JsonObject, server_name: str, key_id: str, public_key: bytes) -> bool:
    try:
        verify_json(signed, server_name, key_id, public_key)
    except SignatureError:
        return False
    return True
