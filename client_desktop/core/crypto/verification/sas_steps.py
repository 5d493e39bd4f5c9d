"""Comparing emoji or numbers, message by message.

Spec: https://spec.matrix.org/v1.19/client-server-api/#short-authentication-string-sas-verification
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from client_desktop.core.crypto.primitives import CryptoError, same_bytes
from client_desktop.core.crypto.verification import names, sas
from client_desktop.core.crypto.verification.flow import (
    FixedKeys,
    Flow,
    SasState,
    Step,
    Verified,
    cancel,
    finish,
    usable_methods,
)
from client_desktop.core.crypto.verification.messages import Accept, Key, Mac, Start
from client_desktop.core.crypto.verification.sas import KeySide
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.values import VerificationStage
from federation.protocol.canonical_json import CanonicalJsonError

_MAY_START: Final = (VerificationStage.READY, VerificationStage.STARTED)


def start_sas(flow: Flow) -> Step:
    """Begin comparing emoji."""
    if flow.stage is not VerificationStage.READY or names.SAS not in usable_methods(flow):
        return Step(flow)
    content = {
        "from_device": flow.me.device_id,
        "method": names.SAS,
        "key_agreement_protocols": list(sas.AGREEMENTS),
        "hashes": list(sas.HASHES),
        "message_authentication_codes": list(sas.MACS),
        "short_authentication_string": list(sas.STRINGS),
    }
    message = flow.message(names.START, content)
    state = SasState(by_us=True, start=message.content, our_key=sas.make_ephemeral_key())
    return Step(replace(flow, stage=VerificationStage.STARTED, sas=state), (message,))


def receive_start(flow: Flow, start: Start, content: ReadonlyJsonObject) -> Step:
    """Take in that the other side begins; of two beginnings one counts.

    Where both began, the one with the smaller user id (among own devices: device id) is followed.
    """
    if flow.stage not in _MAY_START:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    if flow.sas is not None:
        if not flow.sas.by_us or flow.sas.commitment:
            return cancel(flow, names.UNEXPECTED_MESSAGE)
        if _ours_counts(flow):
            return Step(flow)
    elif flow.stage is not VerificationStage.READY:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    return _accept(flow, start, content)


def receive_accept(flow: Flow, accept: Accept) -> Step:
    """Take in what the other side chose and promised; only what we offered will do."""
    state = flow.sas
    if flow.stage is not VerificationStage.STARTED or state is None or not state.by_us or state.commitment:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    strings = tuple(name for name in accept.short_authentication_string if name in sas.STRINGS)
    chosen = (
        accept.key_agreement_protocol in sas.AGREEMENTS,
        accept.hash in sas.HASHES,
        accept.message_authentication_code in sas.MACS,
        bool(strings),
    )
    if not all(chosen):
        return cancel(flow, names.UNKNOWN_METHOD)
    if not accept.commitment:
        return cancel(flow, names.INVALID_MESSAGE)
    agreed = replace(
        state,
        agreement=accept.key_agreement_protocol,
        mac_method=accept.message_authentication_code,
        strings=strings,
        commitment=accept.commitment,
    )
    return Step(replace(flow, sas=agreed), (flow.message(names.KEY, {"key": state.our_key.public}),))


def receive_key(flow: Flow, key: Key) -> Step:
    """Take in the other side's half; then both sides can show the same string."""
    state = flow.sas
    if flow.stage is not VerificationStage.STARTED or state is None or not state.agreement:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    if state.by_us and not _same(state.commitment, sas.commit(key.key, dict(state.start))):
        return cancel(flow, names.MISMATCHED_COMMITMENT)
    try:
        shared = sas.agree(state.our_key, key.key)
    except CryptoError:
        return cancel(flow, names.INVALID_MESSAGE)
    if key.key == state.our_key.public:
        return cancel(flow, names.INVALID_MESSAGE)
    ours, theirs = KeySide(flow.me, state.our_key.public), KeySide(flow.partner, key.key)
    starter, accepter = (ours, theirs) if state.by_us else (theirs, ours)
    string = sas.derive_string(state.agreement, shared, starter, accepter, flow.flow_id)
    compared = replace(state, shared=shared, string=string)
    answer = () if state.by_us else (flow.message(names.KEY, {"key": state.our_key.public}),)
    return Step(replace(flow, stage=VerificationStage.COMPARE, sas=compared), answer)


def confirm_sas(flow: Flow) -> Step:
    """The user says that both sides show the same: send MACs of our keys."""
    state, keys = flow.sas, flow.keys
    if flow.stage is not VerificationStage.COMPARE or state is None or keys is None:
        return Step(flow)
    confirmed = replace(flow, stage=VerificationStage.CONFIRMED, sas=replace(state, confirmed=True))
    message = flow.message(names.MAC, _build_mac(flow, state, _own_keys(flow, keys)))
    if state.shown is None:
        return Step(confirmed, (message,))
    done = finish(confirmed, state.shown)
    return replace(done, send=(message, *done.send))


def receive_mac(flow: Flow, mac: Mac) -> Step:
    """Take in which keys the other side wants verified, and hold them against those we know."""
    state, keys = flow.sas, flow.keys
    expected = flow.stage in (VerificationStage.COMPARE, VerificationStage.CONFIRMED)
    if not expected or state is None or keys is None or state.shown is not None:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    shown = _check_macs(flow, state, keys, mac)
    if shown is None:
        return cancel(flow, names.KEY_MISMATCH)
    if not state.confirmed:
        return Step(replace(flow, sas=replace(state, shown=shown)))
    return finish(flow, shown)


def _accept(flow: Flow, start: Start, content: ReadonlyJsonObject) -> Step:
    agreement = _first_of(sas.AGREEMENTS, start.key_agreement_protocols)
    hash_method = _first_of(sas.HASHES, start.hashes)
    mac_method = _first_of(sas.MACS, start.message_authentication_codes)
    strings = tuple(name for name in sas.STRINGS if name in start.short_authentication_string)
    if not (agreement and hash_method and mac_method and strings):
        return cancel(flow, names.UNKNOWN_METHOD)
    key = sas.make_ephemeral_key()
    try:
        commitment = sas.commit(key.public, dict(content))
    except CanonicalJsonError:
        return cancel(flow, names.INVALID_MESSAGE)
    state = SasState(False, content, key, agreement, mac_method, strings, commitment)
    accept = {
        "method": names.SAS,
        "key_agreement_protocol": agreement,
        "hash": hash_method,
        "message_authentication_code": mac_method,
        "short_authentication_string": list(strings),
        "commitment": commitment,
    }
    started = replace(flow, stage=VerificationStage.STARTED, sas=state)
    return Step(started, (flow.message(names.ACCEPT, accept),))


def _ours_counts(flow: Flow) -> bool:
    if flow.own:
        return flow.me.device_id < flow.partner.device_id
    return flow.me.user_id < flow.their_user


def _first_of(ours: Sequence[str], theirs: Sequence[str]) -> str:
    return next((name for name in ours if name in theirs), "")


def _own_keys(flow: Flow, keys: FixedKeys) -> dict[str, str]:
    """Return the keys that the other side shall verify, by key id."""
    own = {f"ed25519:{flow.me.device_id}": keys.our_device}
    if keys.our_master is not None and keys.our_master_trusted:
        own[f"ed25519:{keys.our_master}"] = keys.our_master
    return own


def _build_mac(flow: Flow, state: SasState, keys: Mapping[str, str]) -> dict[str, object]:
    def mac(key_id: str, value: str) -> str:
        return sas.calculate_mac(
            state.mac_method, state.shared, flow.me, flow.partner, flow.flow_id, key_id, value
        )

    macs = {key_id: mac(key_id, key) for key_id, key in keys.items()}
    return {"mac": macs, "keys": mac(sas.KEY_IDS, sas.join_key_ids(keys))}


def _check_macs(flow: Flow, state: SasState, keys: FixedKeys, mac: Mac) -> Verified | None:
    """Return what the MACs prove; None if one of them is wrong or too little is proved.

    Keys that we do not know prove nothing. Of another user the master key must be among them, where there is
    one: verifying single devices of other people is deprecated.
    """

    def holds(key_id: str, value: str, said: str) -> bool:
        method, shared, flow_id = state.mac_method, state.shared, flow.flow_id
        return _same(sas.calculate_mac(method, shared, flow.partner, flow.me, flow_id, key_id, value), said)

    if not holds(sas.KEY_IDS, sas.join_key_ids(mac.mac), mac.keys):
        return None
    known = {f"ed25519:{flow.their_device}": keys.their_device}
    if keys.their_master is not None:
        known[f"ed25519:{keys.their_master}"] = keys.their_master
    named = {key_id: known[key_id] for key_id in mac.mac if key_id in known}
    if not all(holds(key_id, key, mac.mac[key_id]) for key_id, key in named.items()):
        return None
    shown = Verified(named.get(f"ed25519:{flow.their_device}"), named.get(f"ed25519:{keys.their_master}"))
    needed = shown.device_key if flow.own or keys.their_master is None else shown.master_key
    return None if needed is None else shown


def _same(one: str, other: str) -> bool:
    """Compare base64 with or without padding."""
    return same_bytes(one.rstrip("=").encode(), other.rstrip("=").encode())
