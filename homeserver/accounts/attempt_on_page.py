"""Passing a stage of user-interactive authentication on a web page, where the client cannot show it itself.

The page knows the session only; what the session waits for is worked out again from what it was begun for.

Spec: https://spec.matrix.org/v1.19/client-server-api/#fallback
"""

from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.interactive_auth import complete_stage, owner_flows
from homeserver.accounts.registration_flows import registration_operation
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import EMAIL, Attempt, AuthData, Operation, Refusal
from homeserver.storage.threepid_validations import Purpose
from homeserver.storage.uia import UiaSession
from homeserver.storage.users import select_user_ids

REGISTER: Final = "POST /_matrix/client/v3/register"
SET_PASSWORD: Final = "POST /_matrix/client/v3/account/password"
OVER: Final = Refusal("M_UNKNOWN", "What you were doing in your app took too long, or is over already.")
NOT_ITS_TURN: Final = Refusal("M_UNRECOGNIZED", "This step is not what your app waits for.")


async def attempt_on_page(
    ctx: AccountsContext, session: UiaSession, stage: str, auth: AuthData
) -> Refusal | None:
    """Judge what somebody entered on the page of a stage, and note it where the stage is passed."""
    operation = await operation_of(ctx, session)
    if operation is None or not is_turn_of(operation, session, stage):
        return NOT_ITS_TURN
    outcome = await ctx.stages[stage].check(Attempt(operation, session, auth))
    if isinstance(outcome, Refusal):
        return outcome
    return None if await complete_stage(ctx, session.session_id, stage, outcome.proof) else OVER


async def operation_of(ctx: AccountsContext, session: UiaSession) -> Operation | None:
    """Return what a session was begun for, but its essentials; None where no page can help with that."""
    name = session.operation.rpartition(" ")[0]
    if session.user_nid is not None:
        async with ctx.db.acquire() as conn:
            user_id = (await select_user_ids(conn, [session.user_nid]))[session.user_nid]
        requester = Requester(user_id, session.user_nid, None, None, None)
        return Operation(name, await owner_flows(ctx, requester), requester)
    if name == REGISTER:
        return await registration_operation(ctx, name, None)
    if name == SET_PASSWORD:
        return Operation(name, [(EMAIL,)], email_purpose=Purpose.RESET)
    return None


def is_turn_of(operation: Operation, session: UiaSession, stage: str) -> bool:
    """Tell whether a stage is the next one of a flow that a session is in."""
    return any(flow[: len(session.completed) + 1] == (*session.completed, stage) for flow in operation.flows)
