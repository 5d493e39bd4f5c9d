"""What a message, or an act of the user, makes of a verification: the whole table.

Pure: nothing here waits, sends, stores or asks what time it is.
"""

from __future__ import annotations

from dataclasses import replace

from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import FixedKeys, Flow, Step, cancel, finish
from client_desktop.core.crypto.verification.messages import (
    Accept,
    Cancel,
    InvalidMessage,
    Key,
    Mac,
    Message,
    Ready,
    Request,
    Start,
    parse_message,
)
from client_desktop.core.crypto.verification.qr_steps import confirm_scanned, receive_reciprocate
from client_desktop.core.crypto.verification.request_steps import (
    agree_to_verify,
    receive_cancel,
    receive_ready,
)
from client_desktop.core.crypto.verification.sas_steps import (
    confirm_sas,
    receive_accept,
    receive_key,
    receive_mac,
    receive_start,
)
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.values import VerificationStage


def receive(
    flow: Flow, message_type: str, content: ReadonlyJsonObject, keys: FixedKeys | None, now_ms: int
) -> Step:
    """Take in a message of the other side.

    `keys`: those to verify, where this message says which device the other side is; None where that device is
    unknown, which ends the verification.
    """
    if flow.final:
        return Step(flow)
    try:
        message = parse_message(message_type, content)
    except InvalidMessage:
        return cancel(flow, names.INVALID_MESSAGE)
    if isinstance(message, Ready):
        return _receive_ready(flow, message, keys, now_ms)
    if isinstance(message, Start):
        return _receive_start(flow, message, content)
    return _receive_later(flow, message)


def accept(flow: Flow, keys: FixedKeys, now_ms: int) -> Step:
    """The user agrees to a request; to one that came as a start message, by following it."""
    step = agree_to_verify(flow, keys, now_ms)
    start = flow.early_start
    if start is None or step.flow is flow:
        return step
    # Such a client never asked, and would not understand that we are ready.
    return receive(replace(step.flow, early_start=None), names.START, start, keys, now_ms)


def confirm(flow: Flow) -> Step:
    """The user says that both sides show the same emoji, or that the other side reports a good scan."""
    return confirm_scanned(flow) if flow.stage is VerificationStage.SCANNED else confirm_sas(flow)


def _receive_ready(flow: Flow, ready: Ready, keys: FixedKeys | None, now_ms: int) -> Step:
    if flow.stage is VerificationStage.REQUESTED and keys is None:
        return cancel(flow, names.KEY_MISMATCH)
    return receive_ready(flow, ready, keys, now_ms) if keys is not None else Step(flow)


def _receive_start(flow: Flow, start: Start, content: ReadonlyJsonObject) -> Step:
    if flow.keys is None:
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    if start.from_device != flow.their_device:
        return cancel(flow, names.USER_MISMATCH)
    if start.method == names.RECIPROCATE and names.RECIPROCATE in flow.our_methods:
        started_otherwise = flow.sas is not None
        return (
            cancel(flow, names.UNEXPECTED_MESSAGE) if started_otherwise else receive_reciprocate(flow, start)
        )
    if start.method != names.SAS:
        return cancel(flow, names.UNKNOWN_METHOD)
    return receive_start(flow, start, content)


def _receive_later(flow: Flow, message: Message) -> Step:
    if isinstance(message, Cancel):
        return receive_cancel(flow, message)
    if isinstance(message, Accept):
        return receive_accept(flow, message)
    if isinstance(message, Key):
        return receive_key(flow, message)
    if isinstance(message, Mac):
        return receive_mac(flow, message)
    if isinstance(message, Request):
        return cancel(flow, names.UNEXPECTED_MESSAGE)
    return _receive_done(flow)


def _receive_done(flow: Flow) -> Step:
    """Take in that the other side is done: for one who scanned a code, that it was confirmed."""
    if flow.stage is VerificationStage.CONFIRMED and flow.scanned is not None:
        return finish(flow, flow.scanned)
    if flow.stage is VerificationStage.SCANNED:
        return Step(flow)  # who scanned may be done before we are
    return cancel(flow, names.UNEXPECTED_MESSAGE)
