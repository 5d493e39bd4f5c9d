"""Notices from the administrators of the server."""

from pydantic import Field

from homeserver.config.values import Section


class ServerNotices(Section):
    """Who tells users what their server has to say, each in a room of their own."""

    localpart: str = Field(default="notices", pattern=r"^[a-z0-9._=/+-]{1,200}$")
    """The part before the colon of the user who sends them. Nobody else can have the name."""
    display_name: str = Field(default="Server notices", max_length=256)
    """What that user is called."""
    room_name: str = Field(default="Server notices", max_length=256)
    """What the rooms are called."""
