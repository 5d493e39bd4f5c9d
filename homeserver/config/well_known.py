"""What the `.well-known` files say instead of what the server would work out itself."""

from pydantic import Field

from homeserver.config.values import Section
from homeserver.json_types import JsonObject


class WellKnown(Section):
    """Overrides; `/.well-known/matrix/server` and `/client` always answer."""

    client: JsonObject = Field(default_factory=dict)
    """Members of `/.well-known/matrix/client`, put over the ones the server makes."""
    server: str | None = Field(default=None, min_length=1, max_length=255)
    """Where other servers connect, as `host:port`; the value of `m.server`."""
    policy_server: JsonObject = Field(default_factory=dict)
    """The body of `/.well-known/matrix/policy_server`, with `public_keys`; without it there is none."""
    support: JsonObject = Field(default_factory=dict)
    """The body of `/.well-known/matrix/support`; without it there is none."""
