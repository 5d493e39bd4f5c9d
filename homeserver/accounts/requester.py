"""Who is asking: what an access token stands for."""

from dataclasses import dataclass

from federation.protocol.ids import UserId


@dataclass(frozen=True, slots=True)
class Requester:
    """The account, device and session behind one request.

    `device_id` and `device_nid` are None only for an application service that acts without a device.
    `appservice_id` is the application service that acts as the user; `is_unlimited`: no rate limit applies.
    `own_rate` is how many events a second the user may send, and how many at once, where not as many as all.
    `is_shadow_banned`: what the user sends seems to be sent, and is not.
    `is_oauth`: the session was granted by the OAuth 2.0 API, whose users manage their accounts on web pages.
    """

    user_id: UserId
    user_nid: int
    device_id: str | None
    device_nid: int | None
    session_nid: int | None
    is_guest: bool = False
    is_admin: bool = False
    is_suspended: bool = False
    is_oauth: bool = False
    appservice_id: str | None = None
    is_unlimited: bool = False
    is_shadow_banned: bool = False
    own_rate: tuple[float, int] | None = None

    @property
    def txn_scope(self) -> int:
        """Among whose requests a transaction id means the same one: the device's, else the user's.

        Numbers of devices are positive, so that of a user cannot be taken for one.
        """
        return -self.user_nid if self.device_nid is None else self.device_nid
