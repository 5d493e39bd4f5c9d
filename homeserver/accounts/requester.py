"""Who is asking: what an access token stands for."""

from dataclasses import dataclass

from federation.protocol.ids import UserId


@dataclass(frozen=True, slots=True)
class Requester:
    """The account, device and session behind one request.

    `device_id` and `device_nid` are None only for an application service that acts without a device.
    """

    user_id: UserId
    user_nid: int
    device_id: str | None
    device_nid: int | None
    session_nid: int | None
    is_guest: bool = False
    is_admin: bool = False
    is_suspended: bool = False
