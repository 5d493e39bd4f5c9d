"""What every handler can reach: the services of this process, put together once at start."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from federation.context import FederationContext
from federation.protocol.ids import ServerName
from homeserver.accounts.bind_threepid import IdentityContext
from homeserver.accounts.context import AccountsContext
from homeserver.admin.context import AdminContext
from homeserver.appservices.context import AppservicesContext
from homeserver.client_data.context import ClientDataContext
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.ephemeral.context import EphemeralContext
from homeserver.http.addresses import ClientAddresses
from homeserver.http.gauges import Gauges
from homeserver.http.rate_limits import RateLimits
from homeserver.mail.context import MailContext
from homeserver.media.context import MediaContext
from homeserver.oauth.context import OAuthContext
from homeserver.previews.context import PreviewsContext
from homeserver.push.context import PushContext
from homeserver.pushers.open_pushers import Pushers
from homeserver.retention.context import RetentionContext
from homeserver.rooms.context import RoomsContext
from homeserver.search.context import SearchContext
from homeserver.sso.context import SsoContext
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions
from homeserver.sync.context import SyncContext


@dataclass(frozen=True)
class Services:
    """The composition root's result. One field per service package, added as the packages appear."""

    settings: Settings
    server_name: ServerName
    clock: Clock
    db: Database
    positions: Positions
    accounts: AccountsContext
    rate_limits: RateLimits
    addresses: ClientAddresses
    gauges: Gauges
    rooms: RoomsContext
    client_data: ClientDataContext
    ephemeral: EphemeralContext
    appservices: AppservicesContext
    to_device: ToDeviceContext
    e2ee: E2eeContext
    mail: MailContext
    identity: IdentityContext
    media: MediaContext
    retention: RetentionContext
    admin: AdminContext
    push: PushContext
    pushers: Pushers
    search: SearchContext
    previews: PreviewsContext
    sync: SyncContext
    sso: SsoContext
    oauth: OAuthContext
    federation: FederationContext | None = None
    """None where the configuration says not to federate."""
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once this process is about to end: load balancers are to leave it alone."""


SERVICES: web.RequestKey[Services] = web.RequestKey("services", Services)


def services(request: web.Request) -> Services:
    """Return the services that this request's listener was started with."""
    return request[SERVICES]
