"""Whether people see who is there."""

from homeserver.config.values import Section


class Presence(Section):
    """Who is online."""

    enabled: bool = True
    """False shows everybody as offline, and saves what telling of presence costs in large rooms."""
