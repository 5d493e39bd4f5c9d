"""The system's camera. Importing this loads QtMultimedia."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QMediaDevices, QVideoFrame, QVideoSink


def has_camera() -> bool:
    """Tell whether there is a camera to look through."""
    return not QMediaDevices.defaultVideoInput().isNull()


class Camera(QObject):
    """Gives its frames to `take`, from `start` to `stop`."""

    def __init__(self, take: Callable[[QVideoFrame], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera = QCamera(QMediaDevices.defaultVideoInput(), self)
        self._sink = QVideoSink(self)
        self._session = QMediaCaptureSession(self)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(take)

    def start(self) -> None:
        self._camera.start()

    def stop(self) -> None:
        self._camera.stop()
        self.deleteLater()
