"""A verification as it stands, and what a step makes of it. Values only: nothing here sends or stores.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.messages import address
from client_desktop.core.crypto.verification.sas import EphemeralKey, Party
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.values import VerificationStage

TIMEOUT_MS: Final = 10 * 60 * 1000
PROMPT_MS: Final = 2 * 60 * 1000
"""How long an incoming request may wait for us after it arrived."""
FINAL: Final = (VerificationStage.DONE, VerificationStage.CANCELLED)


class Audience(Enum):
    """Whom a message goes to, where it is sent to devices; in a room all are one."""

    PARTNER = auto()
    """The device we verify; all that were asked, until one has answered."""
    OTHERS = auto()
    """All that were asked, without the partner."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    type: str
    content: JsonObject
    audience: Audience = Audience.PARTNER


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """The keys that are being verified, as they were when the verification began; they must not change.

    All in unpadded base64; a master key is None where there is none.
    """

    our_device: str
    our_master: str | None
    our_master_trusted: bool
    """We know that our master key is ours: only then others may be told to trust it."""
    their_device: str
    their_master: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification has shown: keys that belong to the other side."""

    device_key: str | None
    master_key: str | None


@dataclass(frozen=True, slots=True, repr=False)
class SasState:
    """How far comparing emoji has come."""

    by_us: bool
    """Ours is the start message that counts."""
    start: ReadonlyJsonObject
    """Its whole content."""
    our_key: EphemeralKey
    agreement: str = ""
    mac_method: str = ""
    strings: tuple[str, ...] = ()
    """How the string may be shown: emoji, decimal."""
    commitment: str = ""
    shared: bytes = b""
    string: bytes = b""
    confirmed: bool = False
    shown: Verified | None = None
    """What the other side's MACs proved."""


@dataclass(frozen=True, slots=True, repr=False)
class Flow:
    """One verification."""

    flow_id: str
    room_id: str | None
    me: Party
    their_user: str
    their_device: str | None
    """None while several devices are asked, or a whole room."""
    incoming: bool
    our_methods: tuple[str, ...]
    their_methods: tuple[str, ...]
    created_ms: int
    expires_at_ms: int
    targets: tuple[str, ...] = ()
    """The devices that were asked, by to-device messages."""
    stage: VerificationStage = VerificationStage.REQUESTED
    keys: FixedKeys | None = None
    """Set when both sides are ready."""
    early_start: ReadonlyJsonObject | None = None
    """The start message of a verification that began without a request; it waits for the user."""
    sas: SasState | None = None
    qr_secret: str = ""
    """The secret in the code that we show."""
    scanned: Verified | None = None
    """What a QR code has shown us, or will have when the user says so."""
    cancel_code: str = ""
    cancel_reason: str = ""
    cancelled_by_us: bool = False

    @property
    def own(self) -> bool:
        return self.their_user == self.me.user_id

    @property
    def final(self) -> bool:
        return self.stage in FINAL

    @property
    def partner(self) -> Party:
        """The other side; only once its device is known."""
        if self.their_device is None:
            raise ValueError("no device of the other side has answered yet")
        return Party(self.their_user, self.their_device)

    def message(
        self, message_type: str, content: ReadonlyJsonObject, audience: Audience = Audience.PARTNER
    ) -> Outgoing:
        """Return a message of this verification."""
        addressed = address(content, self.flow_id, in_room=self.room_id is not None)
        return Outgoing(message_type, addressed, audience)


@dataclass(frozen=True, slots=True)
class Step:
    """What an event makes of a verification: how it stands then, what is to be sent, what was shown."""

    flow: Flow
    send: tuple[Outgoing, ...] = ()
    verified: Verified | None = None


def usable_methods(flow: Flow) -> tuple[str, ...]:
    """Return what we can do with the other side: compare emoji, show a code, scan one."""
    ours, theirs = set(flow.our_methods), set(flow.their_methods)
    usable = []
    if names.SAS in ours & theirs:
        usable.append(names.SAS)
    if names.RECIPROCATE in ours & theirs:
        pairs = ((names.SHOW, names.SCAN), (names.SCAN, names.SHOW))
        usable += [mine for mine, needed in pairs if mine in ours and needed in theirs]
    return tuple(usable)


def cancel(flow: Flow, code: str, reason: str = "") -> Step:
    """Give up, and tell the other side why."""
    if flow.final:
        return Step(flow)
    said = reason or names.REASONS[code]
    message = flow.message(names.CANCEL, {"code": code, "reason": said})
    return Step(end_cancelled(flow, code, said, by_us=True), (message,))


def end_cancelled(flow: Flow, code: str, reason: str, *, by_us: bool) -> Flow:
    """Return the flow cancelled, its secrets forgotten."""
    return replace(
        flow,
        stage=VerificationStage.CANCELLED,
        cancel_code=code,
        cancel_reason=reason,
        cancelled_by_us=by_us,
        sas=None,
        qr_secret="",
        scanned=None,
        early_start=None,
    )


def finish(flow: Flow, verified: Verified) -> Step:
    """Say that all is well: what was shown holds, the other side is told that we are done."""
    done = replace(flow, stage=VerificationStage.DONE, sas=None, qr_secret="", scanned=None)
    return Step(done, (flow.message(names.DONE, {}),), verified)
