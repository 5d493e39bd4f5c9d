"""Opening and closing what the verbs of this package need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeserver.accounts.context import AccountsContext
from homeserver.sso.context import SsoContext
from homeserver.sso.provider import Provider
from homeserver.sso.provider_client import ProviderClient
from homeserver.sso.stage import SSO, sso_stage


@asynccontextmanager
async def open_sso(accounts: AccountsContext) -> AsyncIterator[SsoContext]:
    """Prepare the providers; nobody is asked anything before the first login."""
    client = ProviderClient()
    providers = {
        config.id: Provider(config, client, accounts.clock)
        for config in accounts.settings.oidc.all_providers()
    }
    sso = SsoContext(accounts, providers)
    accounts.stages[SSO] = sso_stage(sso)
    try:
        yield sso
    finally:
        await client.close()
