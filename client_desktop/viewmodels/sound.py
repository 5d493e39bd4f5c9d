"""Samples of a sound file, for the waves of a voice message. QtMultimedia is loaded when asked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl

from client_desktop.core.media.waveform import waveform_of_samples

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioDecoder

RATE = 8_000
LONGEST_BYTES = RATE * 2 * 60 * 20
TIMEOUT_S = 20


async def waveform_of(path: Path) -> tuple[int, ...]:
    """Decode a recording on the interface's loop; empty where it cannot be decoded."""
    from PySide6.QtMultimedia import QAudioDecoder, QAudioFormat

    form = QAudioFormat()
    form.setSampleRate(RATE)
    form.setChannelCount(1)
    form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    decoder = QAudioDecoder()
    decoder.setAudioFormat(form)
    decoder.setSource(QUrl.fromLocalFile(str(path)))
    samples = bytearray()
    ended = asyncio.get_running_loop().create_future()
    decoder.bufferReady.connect(lambda: _take(decoder, samples))
    decoder.finished.connect(lambda: _end(ended))
    decoder.error.connect(lambda *_: _end(ended))
    decoder.start()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await ended
    except TimeoutError:
        decoder.stop()
    return waveform_of_samples(bytes(samples)) if samples else ()


def _take(decoder: QAudioDecoder, samples: bytearray) -> None:
    while decoder.bufferAvailable() and len(samples) < LONGEST_BYTES:
        samples.extend(bytes(decoder.read().data()))


def _end(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
