"""Verifying a device or a person: asking, comparing emoji, showing a QR code."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import VerificationChanged
from client_desktop.core.crypto.verification.errors import VerificationGone
from client_desktop.core.values import Verification, VerificationStage
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.qr_picture import qr_source
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client

SAS: Final = "m.sas.v1"
SCAN: Final = "m.qr_code.scan.v1"
CODES: Final = {
    "m.mismatched_sas": "mismatch",
    "m.mismatched_commitment": "mismatch",
    "m.timeout": "timeout",
    "m.key_mismatch": "keys",
    "m.invalid_message": "keys",
    "m.unexpected_message": "keys",
    "m.unknown_method": "unknown_method",
    "m.accepted": "accepted_elsewhere",
}


class VerificationModel(Flow):
    """One verification at a time. `stage` is empty while there is none; an incoming one raises `asked`."""

    changed = Signal()
    asked = Signal()
    """Somebody wants to verify: show it."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._current: Verification | None = None
        self._stage = ""
        self._name = ""
        self._emoji: tuple[dict[str, str], ...] = ()
        self._numbers: tuple[str, ...] = ()
        self._qr_source = ""
        self._reason = ""
        self._own = True
        self._incoming = False
        self._can_compare = False
        self._can_scan = False
        self._about = ""
        self._room_id = ""
        self._device_id = ""
        self.listen(VerificationChanged, self._verification_changed)

    stage = shown(str, "_stage", changed)
    """`VerificationStage`, or empty."""
    own = shown(bool, "_own", changed)
    incoming = shown(bool, "_incoming", changed)
    name = shown(str, "_name", changed)
    """Who it is with."""
    userId = shown(str, "_about", changed)  # noqa: N815
    emoji = shown(list, "_emoji", changed)
    """Seven of {emoji, name} to compare."""
    numbers = shown(list, "_numbers", changed)
    """Three numbers, where the other side shows no emoji."""
    qrSource = shown(str, "_qr_source", changed)  # noqa: N815
    """What our code looks like; empty where none can be shown."""
    canCompare = shown(bool, "_can_compare", changed)  # noqa: N815
    canScan = shown(bool, "_can_scan", changed)  # noqa: N815
    """The other side can show its code."""
    reason = shown(str, "_reason", changed)
    """Why it was cancelled, in a sentence."""

    async def account_changed(self) -> None:
        self._forget()

    @Slot(str, str, str)
    def begin(self, user_id: str, device_id: str, room_id: str) -> None:
        """Prepare: nothing is asked until `request`. An incoming one that waits is kept."""
        self.set_error("")
        if self._current is not None and self._stage not in ("", "done", "cancelled"):
            return
        self._forget()
        own = user_id in ("", self.user_id)
        self._device_id, self._room_id = device_id, room_id
        self.show(_own=own, _about=user_id or self.user_id, _name=user_id)
        if not own:
            self.start(self._find_name())

    @Slot(str)
    def look(self, verification_id: str) -> None:
        """Show one that is under way, as a message in a room tells of it."""
        self.act(self._look(verification_id))

    @Slot()
    def request(self) -> None:
        """Ask the other side."""
        self.act(self._request())

    @Slot()
    def accept(self) -> None:
        """Agree to a request."""
        self._do(lambda client, this: client.crypto.verifications.accept(this))

    @Slot()
    def compareEmoji(self) -> None:  # noqa: N802
        """Compare emoji rather than scan."""
        self._do(lambda client, this: client.crypto.verifications.start_emoji(this))

    @Slot(str)
    def scan(self, scanned: str) -> None:
        """Take what the other side's code held, in base64."""
        try:
            data = base64.b64decode(scanned, validate=True)
        except (binascii.Error, ValueError):
            return
        self._do(lambda client, this: client.crypto.verifications.scan(this, data))

    @Slot()
    def match(self) -> None:
        """Both sides show the same; or: the other side shows that it scanned our code."""
        self._do(lambda client, this: client.crypto.verifications.confirm(this))

    @Slot()
    def mismatch(self) -> None:
        """The two sides show different things."""
        self._do(lambda client, this: client.crypto.verifications.mismatch(this))

    @Slot()
    def cancel(self) -> None:
        """Refuse, or give up; nothing happens where it is over."""
        if self._current is not None and self._stage not in ("done", "cancelled"):
            self._do(lambda client, this: client.crypto.verifications.cancel(this))

    @Slot()
    def again(self) -> None:
        """Ask anew after it was cancelled."""
        self._current = None
        self.show(_stage="", _reason="")
        self.request()

    @Slot()
    def dismiss(self) -> None:
        """Put away one that is over."""
        self._forget()

    def _do(self, call: Callable[[Client, str], Awaitable[Any]]) -> None:
        if self._current is not None:
            self.act(self._apply(call, self._current.verification_id))

    async def _apply(self, call: Callable[[Client, str], Awaitable[Any]], this: str) -> None:
        client = self.client
        await self.bridge.call(lambda: call(client, this))

    async def _request(self) -> None:
        client, about = self.client, self._about
        device_id, room_id = self._device_id or None, self._room_id or None
        if self._own:
            asked = await self.bridge.call(lambda: client.crypto.verifications.request_own(device_id))
        else:
            asked = await self.bridge.call(lambda: client.crypto.verifications.request_user(about, room_id))
        self._take(asked)

    async def _look(self, verification_id: str) -> None:
        client = self.client
        found = await self.bridge.call(client.crypto.verifications.get, verification_id)
        if found is None:
            raise VerificationGone("it is over")
        self._take(found)
        await self._find_name()

    async def _find_name(self) -> None:
        profile = await self.bridge.call(self.client.people.known_profile, self._about)
        self.show(_name=profile.display_name)

    def _verification_changed(self, change: VerificationChanged) -> None:
        if change.account != self.user_id:
            return
        new = change.verification
        current = self._current
        if current is not None and new.verification_id == current.verification_id:
            self._take(new)
        elif self._is_free() and new.incoming and new.stage is VerificationStage.REQUESTED:
            self._take(new)
            self.start(self._find_name())
            self.asked.emit()

    def _is_free(self) -> bool:
        return self._current is None or self._stage in ("done", "cancelled")

    def _take(self, new: Verification) -> None:
        """Show how it stands now."""
        self._current = new
        self.show(
            _stage=new.stage.value,
            _own=new.own,
            _incoming=new.incoming,
            _about=new.user_id,
            _name=self._name or new.user_id,
            _can_compare=SAS in new.methods,
            _can_scan=SCAN in new.methods,
            _emoji=tuple(
                {"emoji": emoji, "name": word(f"sas.{number}")}
                for (emoji, _), number in zip(new.emoji, new.emoji_numbers, strict=True)
            ),
            _numbers=tuple(str(number) for number in new.decimals or ()) if not new.emoji else (),
            _qr_source=qr_source(new.qr_code) if new.qr_code is not None else "",
            _reason=cancel_sentence(new) if new.stage is VerificationStage.CANCELLED else "",
        )

    def _forget(self) -> None:
        self._current = None
        self.set_error("")
        self.show(
            _stage="", _name="", _emoji=(), _numbers=(), _qr_source="", _reason="", _incoming=False, _about=""
        )


def cancel_sentence(verification: Verification) -> str:
    """Say why a verification ended without success."""
    code = verification.cancel_code
    if code in CODES:
        return word(f"encryption.cancelled_{CODES[code]}")
    if code in ("m.user", ""):
        return word(f"encryption.cancelled_by_{'us' if verification.cancelled_by_us else 'other'}")
    return word("encryption.cancelled_other", verification.cancel_reason[:200] or code[:50])
