"""Asking for a verification and agreeing to one.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
"""

from __future__ import annotations

from dataclasses import replace

from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import (
    PROMPT_MS,
    TIMEOUT_MS,
    Audience,
    FixedKeys,
    Flow,
    Outgoing,
    Step,
    cancel,
    end_cancelled,
    usable_methods,
)
from client_desktop.core.crypto.verification.messages import Cancel, Ready, Request
from client_desktop.core.crypto.verification.qr_code import make_secret
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.values import VerificationStage


def ask(
    flow_id: str,
    me: Party,
    their_user: str,
    methods: tuple[str, ...],
    now_ms: int,
    *,
    room_id: str | None = None,
    targets: tuple[str, ...] = (),
) -> Flow:
    """Return a verification that we asked for: in a room, or of the devices `targets`."""
    their_device = targets[0] if len(targets) == 1 else None
    return Flow(
        flow_id,
        room_id,
        me,
        their_user,
        their_device,
        incoming=False,
        our_methods=methods,
        their_methods=(),
        created_ms=now_ms,
        expires_at_ms=now_ms + TIMEOUT_MS,
        targets=targets,
    )


def receive_request(
    flow_id: str,
    me: Party,
    sender: str,
    request: Request,
    methods: tuple[str, ...],
    now_ms: int,
    *,
    asked_at_ms: int,
    room_id: str | None = None,
) -> Flow:
    """Return a verification that somebody asks us for; it waits for the user."""
    return Flow(
        flow_id,
        room_id,
        me,
        sender,
        request.from_device,
        incoming=True,
        our_methods=methods,
        their_methods=request.methods,
        created_ms=now_ms,
        expires_at_ms=min(asked_at_ms + TIMEOUT_MS, now_ms + PROMPT_MS),
        targets=() if room_id else (request.from_device,),
    )


def agree_to_verify(flow: Flow, keys: FixedKeys, now_ms: int) -> Step:
    """Agree to what we were asked for. Where no method is shared nothing happens: another device may do."""
    if flow.stage is not VerificationStage.REQUESTED or not flow.incoming or not usable_methods(flow):
        return Step(flow)
    ready = {"from_device": flow.me.device_id, "methods": list(_answering_methods(flow))}
    return Step(_ready(flow, keys, now_ms), (flow.message(names.READY, ready),))


def receive_ready(flow: Flow, ready: Ready, keys: FixedKeys, now_ms: int) -> Step:
    """Take in that one device of the other side agrees; those that were asked too are told so."""
    if flow.stage is not VerificationStage.REQUESTED:
        # COMPARE is for the one that answered first: a second device that agrees comes too late.
        return Step(flow) if ready.from_device != flow.their_device else _unexpected(flow)
    if flow.incoming:
        return _unexpected(flow)
    if flow.targets and ready.from_device not in flow.targets:
        return cancel(flow, names.USER_MISMATCH)
    answered = replace(flow, their_device=ready.from_device, their_methods=ready.methods)
    if not usable_methods(answered):
        return cancel(answered, names.UNKNOWN_METHOD)
    others = tuple(device for device in flow.targets if device != ready.from_device)
    accepted = {"code": names.ACCEPTED, "reason": names.REASONS[names.ACCEPTED]}
    told = (flow.message(names.CANCEL, accepted, Audience.OTHERS),) if others else ()
    return Step(_ready(answered, keys, now_ms), told)


def receive_cancel(flow: Flow, message: Cancel) -> Step:
    """End; where several devices were asked and one refuses, the others are told."""
    told: tuple[Outgoing, ...] = ()
    if flow.stage is VerificationStage.REQUESTED and not flow.incoming and len(flow.targets) > 1:
        told = (flow.message(names.CANCEL, {"code": message.code, "reason": message.reason}),)
    return Step(end_cancelled(flow, message.code, message.reason, by_us=False), told)


def answered_elsewhere(flow: Flow, code: str) -> Step:
    """End quietly what another device of ours has agreed to or refused."""
    if flow.final or not flow.incoming or flow.stage is not VerificationStage.REQUESTED:
        return Step(flow)
    return Step(end_cancelled(flow, code, names.REASONS[code], by_us=False))


def expire(flow: Flow, now_ms: int) -> Step:
    """End what took too long. A request that we never answered ends without a word."""
    if flow.final or now_ms < flow.expires_at_ms:
        return Step(flow)
    if flow.stage is VerificationStage.REQUESTED and flow.incoming:
        reason = names.REASONS[names.TIMEOUT]
        return Step(end_cancelled(flow, names.TIMEOUT, reason, by_us=True))
    return cancel(flow, names.TIMEOUT)


def _ready(flow: Flow, keys: FixedKeys, now_ms: int) -> Flow:
    return replace(
        flow,
        stage=VerificationStage.READY,
        keys=keys,
        qr_secret=make_secret() if names.SHOW in usable_methods(flow) else "",
        expires_at_ms=now_ms + TIMEOUT_MS,
    )


def _answering_methods(flow: Flow) -> tuple[str, ...]:
    """Return our methods that the other side's have a counterpart for."""
    usable = usable_methods(flow)
    if names.SHOW in usable or names.SCAN in usable:
        usable += (names.RECIPROCATE,)
    return usable


def _unexpected(flow: Flow) -> Step:
    return cancel(flow, names.UNEXPECTED_MESSAGE)
