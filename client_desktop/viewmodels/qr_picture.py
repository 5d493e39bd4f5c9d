"""QR codes as pictures."""

from __future__ import annotations

import base64
import io


def qr_source(content: bytes) -> str:
    """Draw a code as a picture that QML can show: black on white in either theme, as cameras want it."""
    picture = io.BytesIO()
    import segno  # the first time that a code is shown

    segno.make(content, micro=False, error="m", mode="byte").save(picture, kind="png", scale=6, border=4)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
