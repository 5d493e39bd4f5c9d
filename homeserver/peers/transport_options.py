"""The configuration, as federation's transport takes it."""

from federation.protocol.ids import parse_server_name
from federation.transport.connections import Security
from federation.transport.open_transport import TransportOptions
from federation.transport.server_names import ServerLists
from homeserver.config import Settings


def transport_options(settings: Settings) -> TransportOptions:
    """Return how other servers are to be reached and trusted."""
    federation = settings.federation
    return TransportOptions(
        Security(federation.ca_file, federation.verify_tls, federation.allow_private_addresses),
        permitted_servers(settings),
        [parse_server_name(name) for name in federation.trusted_key_servers],
    )


def permitted_servers(settings: Settings) -> ServerLists:
    """Return which servers this one talks with."""
    return ServerLists(settings.federation.allow, settings.federation.deny)
