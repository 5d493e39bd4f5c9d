"""The web client that this server hands out."""

from homeserver.config.values import Section


class Web(Section):
    """The web client that this server hands out."""

    homeservers: tuple[str, ...] = ()
    """Homeservers that the web client offers beside this one; their base URLs."""
