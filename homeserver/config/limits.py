"""How often somebody may do something, before they are asked to wait."""

from pydantic import Field

from homeserver.config.values import Section


class Rate(Section):
    """A token bucket: `burst` at once, refilled with `per_second`."""

    per_second: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)
    """How many a second in the long run; fractions are allowed."""
    burst: int = Field(ge=1, le=1_000_000)
    """How many at once."""


class Limits(Section):
    """Rates per action, each a table `{ per_second, burst }`."""

    enabled: bool = True
    """False turns every rate limit off."""
    registration: Rate = Rate(per_second=0.2, burst=5)
    """Accounts made, per address."""
    login: Rate = Rate(per_second=0.5, burst=10)
    """Login attempts, per address and per account."""
    failed_login: Rate = Rate(per_second=0.1, burst=5)
    """Wrong passwords, per account."""
    email: Rate = Rate(per_second=0.02, burst=5)
    """Mails that somebody asks for, per address of the one who asks and per e-mail address."""
    message: Rate = Rate(per_second=10, burst=100)
    """Events sent, per user."""
    typing: Rate = Rate(per_second=5, burst=20)
    """Typing notices and receipts, per user."""
    create_room: Rate = Rate(per_second=0.2, burst=10)
    """Rooms made, per user."""
    join: Rate = Rate(per_second=1, burst=20)
    """Joins and knocks, per user."""
    invite: Rate = Rate(per_second=0.5, burst=20)
    """Invitations sent, per user."""
    remote_invite: Rate = Rate(per_second=5, burst=100)
    """Invitations of users here, per other server."""
    profile: Rate = Rate(per_second=0.2, burst=5)
    """Profile changes, per user; each reaches every room of the user."""
    to_device: Rate = Rate(per_second=20, burst=200)
    """Requests that send messages to devices, per user."""
    upload: Rate = Rate(per_second=2, burst=30)
    """Media uploads, per user."""
    download: Rate = Rate(per_second=50, burst=300)
    """Media downloads and thumbnails, per user or address."""
    search: Rate = Rate(per_second=1, burst=10)
    """Searches in messages, users and rooms, per user."""
    preview: Rate = Rate(per_second=1, burst=30)
    """Previews of linked pages, per user."""
    report: Rate = Rate(per_second=0.05, burst=10)
    """Reports to the administrators, per user."""
    check: Rate = Rate(per_second=0.5, burst=10)
    """Checks of this server and of others that administrators ask for, per user."""
    other: Rate = Rate(per_second=50, burst=300)
    """Every other request, per user or address."""
