"""Users who seem to send what they do not: so that they do not come back under another name."""

from secrets import token_urlsafe

from federation.protocol.ids import EventId


def event_of_shadow_banned() -> EventId:
    """Return the id of an event that there is not."""
    return EventId(f"${token_urlsafe(32)}")
