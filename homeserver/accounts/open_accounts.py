"""Opening and closing what the verbs of this package need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.protocol.ids import ServerName
from homeserver.accounts.access_tokens import AccessTokens
from homeserver.accounts.captcha_stage import open_captcha
from homeserver.accounts.context import AccountHooks, AccountsContext
from homeserver.accounts.email_stage import email_stages
from homeserver.accounts.last_seen import LastSeen
from homeserver.accounts.own_stages import own_stages
from homeserver.accounts.passwords import Passwords
from homeserver.accounts.remote_profiles import NoRemoteProfiles, RemoteProfiles
from homeserver.accounts.stages import CAPTCHA
from homeserver.accounts.token_keys import load_token_keys
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.mail.context import MailContext
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions


@asynccontextmanager
async def open_accounts(
    settings: Settings,
    server_name: ServerName,
    clock: Clock,
    db: Database,
    positions: Positions,
    elsewhere: RemoteProfiles | None = None,
    mail: MailContext | None = None,
) -> AsyncIterator[AccountsContext]:
    """Load the token keys, run the background work, and end it again.

    Without `mail`, what this process has to tell people is queued, and a server that runs delivers it.
    """
    keys = await load_token_keys(db, clock)
    tokens = AccessTokens(keys, server_name, clock, db, settings.auth.access_token_lifetime)
    passwords = Passwords(settings.auth.password_hash)
    last_seen = LastSeen(db, clock)
    last_seen.start()
    accounts = AccountsContext(
        settings, server_name, clock, db, positions, passwords, tokens, last_seen, AccountHooks(),
        elsewhere or NoRemoteProfiles(), mail or MailContext(settings.smtp, server_name, clock, db),
    )  # fmt: skip
    accounts.stages.update(own_stages(accounts) | email_stages(accounts))
    try:
        async with open_captcha(settings.captcha) as captcha:
            accounts.stages[CAPTCHA] = captcha
            yield accounts
    finally:
        await last_seen.stop()
        passwords.close()
