"""How long things are kept."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from homeserver.config.values import Duration, Section


class Retention(Section):
    """How long things are kept; a duration that is not set means for ever."""

    redacted_events: Duration = Field(default=timedelta(days=7))
    """How long the content of a redacted event stays in the database, hidden, before it is erased."""
    messages: Duration | None = None
    """How long messages are kept in rooms that say nothing of it themselves."""
    room_policies: bool = False
    """Whether rooms may say how long their messages are kept, by a state event of type `m.room.retention`."""
    messages_min: Duration | None = Field(default=timedelta(days=1))
    """The least that rooms may say; what is less counts as this."""
    messages_max: Duration | None = None
    """The most that rooms may say; what is more counts as this."""
    local_media: Duration | None = None
    """How long files uploaded here are kept after they were last asked for."""
    remote_media: Duration | None = Field(default=timedelta(days=90))
    """How long copies of other servers' files are kept after they were last asked for."""

    @model_validator(mode="after")
    def check_bounds(self) -> Self:
        if self.messages_min and self.messages_max and self.messages_min > self.messages_max:
            raise ValueError("`messages_min` is more than `messages_max`")
        return self
