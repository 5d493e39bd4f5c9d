"""Searching messages and people."""

from pydantic import Field

from homeserver.config.values import Section


class Search(Section):
    """Searching messages and people."""

    enabled: bool = True
    """Whether messages can be searched; their index takes about as much room as the messages."""
    language: str = Field(default="english", pattern=r"^[a-z_]{1,63}$")
    """By whose word stems messages are found too, as PostgreSQL names it (`german`, `simple` for none).
    Parts of words are found in every language. A change applies to messages from then on."""
    all_local_users: bool = False
    """Whether everybody finds every user of this server, not only those in public rooms and rooms shared."""
