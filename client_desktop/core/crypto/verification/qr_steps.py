"""Showing a QR code, scanning one, and telling the other side.

Spec: https://spec.matrix.org/v1.19/client-server-api/#qr-codes
"""

from __future__ import annotations

from dataclasses import replace

from client_desktop.core.crypto.primitives import same_bytes
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import (
    FixedKeys,
    Flow,
    Step,
    Verified,
    cancel,
    finish,
    usable_methods,
)
from client_desktop.core.crypto.verification.messages import Start
from client_desktop.core.crypto.verification.qr_code import QrCode, QrMode, encode_qr_code
from client_desktop.core.values import VerificationStage


def qr_code_of(flow: Flow) -> bytes | None:
    """Return what our QR code holds; None where none can be shown now."""
    mode = _shown_mode(flow)
    if flow.stage is not VerificationStage.READY or mode is None or flow.keys is None or not flow.qr_secret:
        return None
    first, second = _shown_keys(mode, flow.keys)
    return encode_qr_code(QrCode(mode, flow.flow_id, first, second, flow.qr_secret))


def scan(flow: Flow, code: QrCode) -> Step:
    """Take in the other side's code, which was scanned here: what it says must be what we know."""
    keys = flow.keys
    if flow.stage is not VerificationStage.READY or keys is None or names.SCAN not in usable_methods(flow):
        return Step(flow)
    verified = _check_code(flow, keys, code)
    if verified is None:
        return cancel(flow, names.KEY_MISMATCH)
    content = {"from_device": flow.me.device_id, "method": names.RECIPROCATE, "secret": code.secret}
    scanned = replace(flow, stage=VerificationStage.CONFIRMED, scanned=verified, qr_secret="")
    return Step(scanned, (flow.message(names.START, content),))


def receive_reciprocate(flow: Flow, start: Start) -> Step:
    """Take in that the other side scanned our code; the user must confirm it."""
    mode = _shown_mode(flow)
    if flow.stage is not VerificationStage.READY or mode is None or flow.keys is None:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    secret = start.secret.rstrip("=").encode()
    if not flow.qr_secret or not same_bytes(secret, flow.qr_secret.encode()):
        return cancel(flow, names.KEY_MISMATCH)
    shown = _shown_by_scan(mode, flow.keys)
    return Step(replace(flow, stage=VerificationStage.SCANNED, scanned=shown, qr_secret=""))


def confirm_scanned(flow: Flow) -> Step:
    """The user says that the other side reports success."""
    if flow.stage is not VerificationStage.SCANNED or flow.scanned is None:
        return Step(flow)
    return finish(flow, flow.scanned)


def _shown_mode(flow: Flow) -> QrMode | None:
    """Return the mode of the code that we show; None where the keys for one are missing."""
    keys = flow.keys
    if keys is None or keys.our_master is None or names.SHOW not in usable_methods(flow):
        return None
    if flow.own:
        return QrMode.SELF_TRUSTED if keys.our_master_trusted else QrMode.SELF_UNTRUSTED
    return QrMode.OTHER_USER if keys.our_master_trusted and keys.their_master is not None else None


def _shown_keys(mode: QrMode, keys: FixedKeys) -> tuple[str, str]:
    master = keys.our_master or ""
    if mode is QrMode.OTHER_USER:
        return master, keys.their_master or ""
    return (master, keys.their_device) if mode is QrMode.SELF_TRUSTED else (keys.our_device, master)


def _shown_by_scan(mode: QrMode, keys: FixedKeys) -> Verified:
    """Return what the other side's scanning our code proves to us."""
    if mode is QrMode.OTHER_USER:
        return Verified(None, keys.their_master)
    if mode is QrMode.SELF_TRUSTED:
        return Verified(keys.their_device, None)
    return Verified(None, keys.our_master)


def _check_code(flow: Flow, keys: FixedKeys, code: QrCode) -> Verified | None:
    """Return what a scanned code proves; None if it holds other keys than we know."""
    if code.flow_id != flow.flow_id or keys.our_master is None:
        return None
    if not flow.own:
        expected = (QrMode.OTHER_USER, keys.their_master, keys.our_master)
        verified = Verified(None, keys.their_master)
        usable = keys.our_master_trusted
    elif code.mode is QrMode.SELF_TRUSTED:
        expected = (QrMode.SELF_TRUSTED, keys.our_master, keys.our_device)
        verified, usable = Verified(None, keys.our_master), True
    else:
        # The other device asks us whether the master key it sees is the right one: we must know.
        expected = (QrMode.SELF_UNTRUSTED, keys.their_device, keys.our_master)
        verified, usable = Verified(keys.their_device, None), keys.our_master_trusted
    same = (code.mode, code.first_key, code.second_key) == expected
    return verified if same and usable else None
