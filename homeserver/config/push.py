"""Push notifications."""

from pathlib import Path

from pydantic import Field

from homeserver.config.values import Section


class Push(Section):
    """Push notifications."""

    vapid_key_file: Path | None = None
    """The key that signs web push messages, a PEM file, made on first use.
    Default: `vapid.pem` in `data_dir`."""
    vapid_subject: str | None = Field(default=None, pattern=r"^(mailto:\S+@\S+|https://\S+)$")
    """Where push services reach the operator, as `mailto:chat@example.org` or an https URL.
    Default: the server's own URL."""
    gateway: bool = True
    """Whether this server is a push gateway for the web client that it serves."""
