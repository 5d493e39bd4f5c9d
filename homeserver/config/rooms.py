"""What new rooms are like."""

from pydantic import ConfigDict, Field

from homeserver.config.values import Section


class Rooms(Section):
    """What new rooms are like."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    default_version: str = Field(default="12", pattern=r"^([1-9]|1[0-2])$")
    """The version of new rooms where the client names none; 1 to 12."""
