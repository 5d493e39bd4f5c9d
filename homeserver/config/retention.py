"""How long things are kept."""

from datetime import timedelta

from pydantic import Field

from homeserver.config.values import Duration, Section


class Retention(Section):
    """How long things are kept; a duration that is not set means for ever."""

    redacted_events: Duration = Field(default=timedelta(days=7))
    """How long the content of a redacted event stays in the database, hidden, before it is erased."""
    messages: Duration | None = None
    """How long messages are kept in rooms that say nothing of it themselves."""
    local_media: Duration | None = None
    """How long files uploaded here are kept after they were last asked for."""
    remote_media: Duration | None = Field(default=timedelta(days=90))
    """How long copies of other servers' files are kept after they were last asked for."""
