"""Where group calls meet: LiveKit servers for MatrixRTC."""

from typing import Annotated

from pydantic import Field

from homeserver.config.values import Section

ServiceUrl = Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]


class Rtc(Section):
    """Servers for group calls with Element Call; without `livekit_service_urls` there are none."""

    livekit_service_urls: tuple[ServiceUrl, ...] = ()
    """URLs of the service that lets Matrix users into a LiveKit server (lk-jwt-service), best first."""
