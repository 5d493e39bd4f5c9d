"""Single sign-on as a stage of user-interactive authentication: `m.login.sso`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sso-during-user-interactive-authentication
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import UserId
from homeserver.accounts.interactive_auth import complete_stage, find_waiting
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import Attempt, Outcome, Refusal, Stage
from homeserver.sso.context import SsoContext
from homeserver.sso.errors import SsoRefused
from homeserver.sso.provider import Provider
from homeserver.storage.sso import select_issuers
from homeserver.storage.uia import UiaSession
from homeserver.storage.users import intern_users

SSO: Final = "m.login.sso"
OVER: Final = "The request that this page would confirm took too long, or is over already."


def sso_stage(ctx: SsoContext) -> Stage:
    """Return the stage: it is passed on the fallback page, and shows that somebody owns a linked account."""

    async def check(attempt: Attempt) -> Outcome:
        return Refusal("M_UNAUTHORIZED", "Open the fallback page of this stage in a browser")

    async def proves_owner(requester: Requester) -> bool:
        return bool(await linked_providers(ctx, requester.user_nid))

    return Stage(check, proves_owner=proves_owner)


async def waiting_session(ctx: SsoContext, session_id: str) -> tuple[UiaSession, Sequence[Provider]]:
    """Return a session that may be confirmed by a provider, and the providers that know its user.

    Raises: SsoRefused.
    """
    session = await find_waiting(ctx.accounts, session_id)
    if session is None or session.user_nid is None:
        raise SsoRefused(OVER)
    providers = await linked_providers(ctx, session.user_nid)
    if not providers:
        raise SsoRefused("Your account is not linked to an identity provider.")
    return session, providers


async def linked_providers(ctx: SsoContext, user_nid: int) -> Sequence[Provider]:
    """Return the providers that know a user."""
    if not ctx.providers:
        return ()
    async with ctx.accounts.db.acquire() as conn:
        issuers = await select_issuers(conn, user_nid)
    return [provider for provider in ctx.providers.values() if provider.config.issuer in issuers]


async def pass_stage(ctx: SsoContext, session_id: str, user_id: UserId | None) -> None:
    """Note that the stage is passed, by the account whose session it is and no other.

    Raises: SsoRefused.
    """
    session = await find_waiting(ctx.accounts, session_id)
    if session is None:
        raise SsoRefused(OVER)
    user_nid = None
    if user_id is not None:
        async with ctx.accounts.db.acquire() as conn:
            user_nid = (await intern_users(conn, [user_id]))[user_id]
    if user_nid is None or user_nid != session.user_nid:
        raise SsoRefused("You signed in as somebody else than the one whose account this is about.")
    if not await complete_stage(ctx.accounts, session_id, SSO):
        raise SsoRefused(OVER)
