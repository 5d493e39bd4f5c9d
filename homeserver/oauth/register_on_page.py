"""Making an account on a page of this server: the same stages that clients have to pass, all at once.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-registration
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.registration_flows import registration_operation
from homeserver.accounts.stages import DUMMY, EMAIL, REGISTRATION_TOKEN, TERMS, Attempt, AuthData, Refusal
from homeserver.accounts.usernames import check_available, new_user_id
from homeserver.errors import Forbidden, WeakPassword
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.uia import UiaSession

OPERATION: Final = "registration on a page"
SHORTEST_PASSWORD: Final = 8


@dataclass(frozen=True, slots=True, repr=False)
class FilledIn:
    """What somebody has entered; `auths` by the stage it is for."""

    username: str
    password: str
    auths: Mapping[str, AuthData]


async def possible_flows(ctx: AccountsContext) -> list[tuple[str, ...]]:
    """Return the flows by which somebody can make an account now; empty where nobody can."""
    try:
        return list((await registration_operation(ctx, OPERATION, None)).flows)
    except Forbidden:
        return []


async def register_on_page(ctx: AccountsContext, filled: FilledIn) -> Account:
    """Make an account and return it.

    Raises: MatrixError with a message for whoever filled the form in.
    """
    user_id = new_user_id(filled.username, ctx.server_name)
    await check_available(ctx, user_id)
    if len(filled.password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"The password must have at least {SHORTEST_PASSWORD} characters")
    session = await _pass_stages(ctx, filled)
    documents = ctx.settings.registration.terms if TERMS in session.completed else ()
    await register_account(
        ctx,
        Registration(
            user_id=user_id,
            password=filled.password,
            display_name=filled.username,
            registration_token=session.proofs.get(REGISTRATION_TOKEN),
            email_session=session.proofs.get(EMAIL),
            terms=[(document.id, document.version) for document in documents],
        ),
    )
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, user_id)
    assert account is not None
    return account


async def _pass_stages(ctx: AccountsContext, filled: FilledIn) -> UiaSession:
    operation = await registration_operation(ctx, OPERATION, None)
    session = UiaSession("", None, operation.digest)
    for stage in _flow_for(operation.flows, set(filled.auths)):
        auth = filled.auths.get(stage, AuthData(stage))
        if stage == TERMS and stage not in filled.auths:
            raise Forbidden("You have to agree to the terms to get an account")
        outcome = await ctx.stages[stage].check(Attempt(operation, session, auth))
        if isinstance(outcome, Refusal):
            raise Forbidden(outcome.message)
        session = session.having_passed(stage, outcome.proof)
    return session


def _flow_for(flows: Sequence[tuple[str, ...]], given: set[str]) -> tuple[str, ...]:
    """Return the flow of which the most is given, and the least missing."""
    return max(flows, key=lambda flow: (len(given & set(flow)), -len(set(flow) - given - {DUMMY})))
