"""Opening and closing what the verbs of this package need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeserver import __version__
from homeserver.accounts.context import AccountsContext
from homeserver.media.context import MediaContext
from homeserver.outgoing.address_policy import AddressPolicy
from homeserver.outgoing.web_client import WebClient
from homeserver.sso.context import SsoContext
from homeserver.sso.provider import Provider
from homeserver.sso.provider_client import ProviderClient
from homeserver.sso.stage import SSO, sso_stage


@asynccontextmanager
async def open_sso(accounts: AccountsContext, media: MediaContext) -> AsyncIterator[SsoContext]:
    """Prepare the providers; nobody is asked anything before the first login."""
    client = ProviderClient()
    providers = {
        config.id: Provider(config, client, accounts.clock)
        for config in accounts.settings.oidc.all_providers()
    }
    settings = accounts.settings
    policy = AddressPolicy(settings.previews.allow_addresses, settings.previews.deny_addresses)
    web = WebClient(policy, f"Parlour/{__version__} (Matrix homeserver {settings.server_name})")
    sso = SsoContext(accounts, media, web, providers)
    accounts.stages[SSO] = sso_stage(sso)
    try:
        yield sso
    finally:
        await client.close()
        await web.close()
