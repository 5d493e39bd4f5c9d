"""A verification as the interface shows it."""

from __future__ import annotations

from client_desktop.core.crypto.verification import sas
from client_desktop.core.crypto.verification.flow import Flow, usable_methods
from client_desktop.core.crypto.verification.qr_steps import qr_code_of
from client_desktop.core.crypto.verification.sas_emoji import SAS_EMOJI
from client_desktop.core.values import Verification, VerificationStage


def describe(flow: Flow) -> Verification:
    """Return the value of a verification."""
    numbers, decimals = _shown(flow)
    return Verification(
        verification_id=flow.flow_id,
        user_id=flow.their_user,
        device_id=flow.their_device,
        room_id=flow.room_id,
        own=flow.own,
        incoming=flow.incoming,
        stage=flow.stage,
        methods=usable_methods(flow),
        emoji=tuple(SAS_EMOJI[number] for number in numbers),
        emoji_numbers=numbers,
        decimals=decimals,
        qr_code=qr_code_of(flow),
        cancel_code=flow.cancel_code,
        cancel_reason=flow.cancel_reason,
        cancelled_by_us=flow.cancelled_by_us,
        expires_at_ms=flow.expires_at_ms,
    )


def _shown(flow: Flow) -> tuple[tuple[int, ...], tuple[int, int, int] | None]:
    """Return the emoji's numbers (none where the other side shows numbers alone) and the three numbers."""
    state = flow.sas
    if flow.stage is not VerificationStage.COMPARE or state is None:
        return (), None
    emoji = sas.emoji_numbers(state.string) if sas.EMOJI in state.strings else ()
    return emoji, sas.decimals(state.string)
