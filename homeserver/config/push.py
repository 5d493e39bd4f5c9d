"""Push notifications."""

from pathlib import Path

from homeserver.config.values import Section


class Push(Section):
    """Push notifications."""

    vapid_key_file: Path | None = None
    """The key that signs web push messages, a PEM file, made on first use.
    Default: `vapid.pem` in `data_dir`."""
