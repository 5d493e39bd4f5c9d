"""What a client may ask for when it creates a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from homeserver.rooms.identity_server import ThirdPartyId

MAX_INVITES: Final = 100
MAX_ADDRESSES: Final = 10
"""Identity servers are asked about them one after the other."""
MAX_INITIAL_STATE: Final = 200

Preset = Literal["private_chat", "public_chat", "trusted_private_chat"]


class InitialState(msgspec.Struct):
    """A state event that the new room begins with."""

    type: str
    content: dict[str, Any]
    state_key: str = ""


class CreateOptions(msgspec.Struct):
    """The body of a request to create a room."""

    visibility: Literal["public", "private"] | None = None
    room_alias_name: str | None = None
    name: str | None = None
    topic: str | None = None
    invite: Annotated[list[str], msgspec.Meta(max_length=MAX_INVITES)] | None = None
    invite_3pid: Annotated[list[ThirdPartyId], msgspec.Meta(max_length=MAX_ADDRESSES)] | None = None
    room_version: str | None = None
    creation_content: dict[str, Any] | None = None
    initial_state: Annotated[list[InitialState], msgspec.Meta(max_length=MAX_INITIAL_STATE)] | None = None
    preset: Preset | None = None
    is_direct: bool | None = None
    power_level_content_override: dict[str, Any] | None = None

    @property
    def effective_preset(self) -> Preset:
        """The preset asked for, or the one that the visibility implies."""
        return self.preset or ("public_chat" if self.visibility == "public" else "private_chat")
