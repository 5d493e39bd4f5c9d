"""The stage that lets the owner of an account confirm new cross-signing keys on the server's pages.

A client that came through OAuth knows no password. It shows its user the page; the page notes that the stage
is passed; the client asks again. The confirmation is for the very keys of the request.

Spec: https://spec.matrix.org/v1.19/client-server-api/#oauth-authentication
"""

from functools import partial
from typing import Final
from urllib.parse import urlencode

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.interactive_auth import authorize
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import Attempt, AuthData, Operation, Outcome, Refusal, Stage
from homeserver.json_types import JsonObject
from homeserver.oauth.account_page import ACCOUNT
from homeserver.storage import uia
from homeserver.storage.uia import UiaSession

OAUTH: Final = "m.oauth"
# COMPAT: clients from before v1.17 of the specification know the stage by this name.
OLD_OAUTH: Final = "org.matrix.cross_signing_reset"
FLOWS: Final = ((OAUTH,), (OLD_OAUTH,))

RESET_ACTION: Final = "org.matrix.cross_signing_reset"
UPLOAD_PATH: Final = "/keys/device_signing/upload"


def reset_stages(base_url: str) -> dict[str, Stage]:
    """Return the stage, by both of its names."""
    stage = Stage(_refuse, partial(_params, base_url))
    return {OAUTH: stage, OLD_OAUTH: stage}


async def confirm_reset(
    ctx: AccountsContext, requester: Requester, auth: AuthData | None, name: str, essentials: JsonObject
) -> None:
    """Return once the requester's user has confirmed on the page that this operation may happen.

    Clients that ask again without naming the session they were given are taken to mean the same one.

    Raises: InteractiveAuthRequired, Forbidden.
    """
    operation = Operation(name, FLOWS, requester, essentials)
    if auth is None or auth.session is None:
        async with ctx.db.acquire() as conn:
            waiting = await uia.select_waiting(conn, requester.user_nid, operation.digest, ctx.clock.now_ms())
        auth = AuthData(session=waiting) if waiting else None
    elif auth.type in (OAUTH, OLD_OAUTH):
        auth = AuthData(session=auth.session)
    await authorize(ctx, operation, auth)


async def _refuse(attempt: Attempt) -> Outcome:
    return Refusal("M_FORBIDDEN", "This must be confirmed on the page first")


def _params(base_url: str, operation: Operation, session: UiaSession) -> JsonObject:
    query = urlencode({"action": RESET_ACTION, "session": session.session_id})
    return {"url": f"{base_url}{ACCOUNT}?{query}"}
