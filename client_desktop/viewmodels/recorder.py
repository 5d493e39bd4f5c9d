"""Recording a voice message. QtMultimedia is loaded with the first one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, QTimer, QUrl, Signal, Slot

from client_desktop.viewmodels.time_text import duration_text

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaCaptureSession, QMediaRecorder

    from client_desktop.viewmodels.composer import ComposerModel

LONGEST_MS = 15 * 60_000
TICK_MS = 200
BITS_PER_S = 32_000


class RecorderModel(QObject):
    """`app.recorder`. `state` is empty, "recording", or "failed" where there is no microphone."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = ""
        self._recorder: QMediaRecorder | None = None
        self._session: QMediaCaptureSession | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._number = 0
        self._then: Callable[[Path, int], None] | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)

    state = Property(str, lambda self: self._state, notify=changed)
    timeText = Property(str, lambda self: duration_text(self._duration_ms()), notify=changed)  # noqa: N815

    @Slot()
    def begin(self) -> None:
        """Record from the system's microphone."""
        from PySide6.QtMultimedia import (
            QAudioInput,
            QMediaCaptureSession,
            QMediaDevices,
            QMediaFormat,
            QMediaRecorder,
        )

        if self._state == "recording":
            return
        device = QMediaDevices.defaultAudioInput()
        if device.isNull():
            self._set_state("failed")
            QTimer.singleShot(3000, self._forget_failure)
            return
        self._session = QMediaCaptureSession(self)
        self._session.setAudioInput(QAudioInput(device, self._session))
        self._recorder = QMediaRecorder(self._session)
        self._session.setRecorder(self._recorder)
        form = QMediaFormat(QMediaFormat.FileFormat.Ogg)
        form.setAudioCodec(QMediaFormat.AudioCodec.Opus)
        self._recorder.setMediaFormat(form)
        self._recorder.setAudioBitRate(BITS_PER_S)
        self._recorder.setAudioChannelCount(1)
        self._recorder.setOutputLocation(QUrl.fromLocalFile(str(self._new_path())))
        self._recorder.recorderStateChanged.connect(lambda *_: self._recorder_changed())
        self._recorder.errorOccurred.connect(lambda *_: self._fail())
        self._recorder.record()
        self._tick.start()
        self._set_state("recording")

    @Slot(QObject)
    def send(self, composer: ComposerModel) -> None:
        """End the recording and send it from this composer."""
        self._finish(composer.send_voice)

    @Slot()
    def cancel(self) -> None:
        """Throw it away."""
        self._finish(lambda path, _: path.unlink(missing_ok=True))

    def _finish(self, then: Callable[[Path, int], None]) -> None:
        if self._recorder is None or self._state != "recording":
            self._set_state("")
            return
        self._then = then
        self._tick.stop()
        self._recorder.stop()

    def _recorder_changed(self) -> None:
        recorder, then = self._recorder, self._then
        if recorder is None or recorder.recorderState() is not recorder.RecorderState.StoppedState:
            return
        duration_ms = self._duration_ms()
        path = Path(recorder.actualLocation().toLocalFile())
        self._drop()
        if then is not None and path.is_file():
            then(path, duration_ms)

    @Slot()
    def _ticked(self) -> None:
        self.changed.emit()
        if self._duration_ms() >= LONGEST_MS and self._recorder is not None:
            self._recorder.pause()

    def _fail(self) -> None:
        self._drop()
        self._set_state("failed")
        QTimer.singleShot(3000, self._forget_failure)

    def _forget_failure(self) -> None:
        if self._state == "failed":
            self._set_state("")

    def _drop(self) -> None:
        self._tick.stop()
        self._then = None
        self._recorder = None
        if self._session is not None:
            self._session.deleteLater()
            self._session = None
        self._set_state("")

    def _duration_ms(self) -> int:
        return int(self._recorder.duration()) if self._recorder is not None else 0

    def _new_path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="parlour-voice-")
        self._number += 1
        return Path(self._folder.name) / f"voice-{self._number}.ogg"

    def _set_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()
