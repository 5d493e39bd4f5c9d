"""What the services ask other servers for, one port each; None where the server does not federate."""

from dataclasses import dataclass
from typing import Self

from federation.transport.open_transport import Transport
from homeserver.accounts.remote_profiles import RemoteProfiles
from homeserver.media.context import RemoteMedia
from homeserver.peers.remote_directory import PeersDirectory
from homeserver.peers.remote_media import PeersMedia
from homeserver.peers.remote_profiles import PeersProfiles
from homeserver.rooms.remote_directory import RemoteDirectory


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The ports of services that are opened before the federation is."""

    profiles: RemoteProfiles | None = None
    directory: RemoteDirectory | None = None
    media: RemoteMedia | None = None

    @classmethod
    def by(cls, transport: Transport | None) -> Self:
        """Return ports over a way to other servers."""
        if transport is None:
            return cls()
        client = transport.client
        return cls(PeersProfiles(client), PeersDirectory(client), PeersMedia(client))
