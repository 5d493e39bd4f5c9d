"""Sound and film as small as players take them."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from struct import pack
from typing import Final

from PIL import Image

SIZE: Final = (64, 48)
FRAMES_A_SECOND: Final = 5
RATE: Final = 8000


def write_sound(path: Path, seconds: int) -> Path:
    """Write silence as WAV."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(2 * RATE * seconds))
    return path


def write_film(path: Path, seconds: int) -> Path:
    """Write a green film as AVI, whose frames are JPEG pictures."""
    width, height = SIZE
    count = seconds * FRAMES_A_SECOND
    frame = _green()
    header = pack(
        "<14I", 1_000_000 // FRAMES_A_SECOND, 0, 0, 0x10, count, 0, 1, len(frame), width, height, 0, 0, 0, 0
    )
    pace = (0, 1, FRAMES_A_SECOND, 0, count, len(frame))
    stream = b"vidsMJPG" + pack("<IHH8I4H", 0, 0, 0, *pace, 0, 0, 0, 0, width, height)
    format_ = pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    headers = _list(
        b"hdrl", _chunk(b"avih", header) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", format_))
    )
    pictures = _chunk(b"00dc", frame)
    index = b"".join(
        b"00dc" + pack("<III", 0x10, 4 + number * len(pictures), len(frame)) for number in range(count)
    )
    path.write_bytes(
        _chunk(b"RIFF", b"AVI " + headers + _list(b"movi", pictures * count) + _chunk(b"idx1", index))
    )
    return path


def _green() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", SIZE, (0x2F, 0x6B, 0x5B)).save(written, "JPEG")
    return written.getvalue()


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
