"""What everything between servers works with, put together once at start."""

from collections.abc import Callable
from dataclasses import dataclass

from federation.ports.destinations import BackOff
from federation.ports.devices import Devices
from federation.ports.directory import Directory
from federation.ports.edus import EduReceiver
from federation.ports.handshakes import Handshakes
from federation.ports.inbound import InboundWork
from federation.ports.media import MediaFiles
from federation.ports.rooms import RoomStore
from federation.ports.staging import Staging
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey
from federation.transport.client import FederationClient
from federation.transport.keyring import Keyring


@dataclass(frozen=True, slots=True)
class FederationContext:
    """Who we are, how we reach others, and the ports to what this server stores."""

    server_name: ServerName
    signing_key: SigningKey
    now_ms: Callable[[], int]
    client: FederationClient
    keyring: Keyring
    rooms: RoomStore
    staging: Staging
    edus: EduReceiver
    inbound: InboundWork
    handshakes: Handshakes
    directory: Directory
    devices: Devices
    media: MediaFiles
    back_off: BackOff
