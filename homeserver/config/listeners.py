"""Where the server listens, and what it serves there."""

from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from homeserver.config.values import Section

UNIX: Final = "unix:"


class Resource(StrEnum):
    """A part of the server that a listener can serve."""

    CLIENT = "client"
    FEDERATION = "federation"
    MEDIA = "media"
    WEB = "web"
    METRICS = "metrics"
    HEALTH = "health"


class Listener(Section):
    """One listening socket."""

    bind: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on: `0.0.0.0` or `::` for every one; `unix:/path` for a socket in the file
    system, which its owner's group may speak to."""
    port: int = Field(default=8008, ge=0, le=65535)
    """The TCP port; 0 takes a free one, which the ready line names."""
    tls_certificate: Path | None = None
    """PEM file with the certificate chain; the listener speaks TLS if it is set."""
    tls_key: Path | None = None
    """PEM file with the private key of `tls_certificate`."""
    serve: tuple[Resource, ...] = Field(
        default=(Resource.CLIENT, Resource.FEDERATION, Resource.MEDIA, Resource.WEB, Resource.HEALTH),
        min_length=1,
    )
    """What it serves: any of "client", "federation", "media", "web", "metrics", "health"."""

    @model_validator(mode="after")
    def check_tls_files_come_together(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key must be set together")
        return self

    @property
    def unix_path(self) -> Path | None:
        """The socket in the file system, None for one of the network."""
        return Path(self.bind.removeprefix(UNIX)) if self.bind.startswith(UNIX) else None

    @property
    def base_url(self) -> str:
        """The URL under which this machine reaches the listener; `unix:/path` where it is no URL."""
        if self.unix_path is not None:
            return self.bind
        scheme = "https" if self.tls_certificate else "http"
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


DEFAULT_LISTENERS = (Listener(), Listener(port=9091, serve=(Resource.METRICS,)))
