"""For whom events are read and shown."""

from dataclasses import dataclass

from federation.protocol.ids import UserId


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at events. `device_nid` decides whose transaction ids are shown.

    `sees_everything` is for server admins at work: neither membership nor history visibility bounds them.
    """

    user_id: UserId
    user_nid: int
    device_nid: int | None = None
    sees_everything: bool = False
