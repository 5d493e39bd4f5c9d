"""How this server talks with other homeservers."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from federation.protocol.ids import parse_server_name
from homeserver.config.values import Section


class Federation(Section):
    """How this server talks with other homeservers."""

    enabled: bool = True
    """False keeps every room on this server."""
    ca_file: Path | None = None
    """PEM file of further certificate authorities to trust, beside the system's."""
    verify_tls: bool = True
    """False accepts any certificate of other servers: for closed test networks only."""
    allow_private_addresses: bool = False
    """Whether other servers may be at loopback, private and link-local addresses."""
    signing_key_file: Path | None = None
    """The key that signs this server's events, one line `ed25519 VERSION SEED`. It is made on first start,
    and changed by `parlour federation rotate-key`. Default: `signing.key` in `data_dir`."""
    trusted_key_servers: tuple[Annotated[str, AfterValidator(parse_server_name)], ...] = ("matrix.org",)
    """Servers that are asked for keys of servers that cannot be reached, and whose word for them counts."""
    allow: tuple[str, ...] | None = None
    """If set, only these servers; `*.example.org` stands for all under a domain."""
    deny: tuple[str, ...] = Field(default=())
    """Never these servers, whatever `allow` says."""
