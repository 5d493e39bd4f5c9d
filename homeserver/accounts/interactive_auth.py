"""User-interactive authentication: an operation waits until its caller has completed the stages of one flow.

What is stored here of a waiting operation is a digest of what it would do, never its body and never a
password. A session is bound to the operation and to who asked for it, and is used up by completing it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
"""

from secrets import token_urlsafe
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.errors import InteractiveAuthRequired
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import PASSWORD, Attempt, AuthData, Operation, Outcome, Refusal
from homeserver.errors import Forbidden
from homeserver.json_types import JsonObject
from homeserver.storage import uia
from homeserver.storage.uia import UiaSession

LIFETIME_MS: Final = 30 * 60 * 1000
CLEARED_AT_ONCE: Final = 50


async def authorize(ctx: AccountsContext, operation: Operation, auth: AuthData | None) -> UiaSession:
    """Return the completed session of an operation, which is used up with that.

    Raises: InteractiveAuthRequired while stages are missing or one was not passed; Forbidden when the session
    belongs to another operation or another user, or the password is another user's.
    """
    session = await _resume(ctx, operation, auth)
    is_stored = auth is not None and auth.session is not None
    refusal: Refusal | None = None
    stage = None
    if auth is not None and auth.type is not None and auth.type not in session.completed:
        stage = auth.type
        outcome = await _attempt(ctx, operation, session, stage, auth)
        if isinstance(outcome, Refusal):
            refusal = outcome
        else:
            session = session.having_passed(stage, outcome.proof)
    if refusal is None and session.completed in operation.flows:
        if is_stored:
            await _use_up(ctx, session)
        return session
    if not is_stored:
        await _begin(ctx, session)
    elif stage is not None and refusal is None:
        await _note_passed(ctx, session, stage)
    raise _challenge(ctx, operation, session, refusal)


async def owner_flows(ctx: AccountsContext, requester: Requester) -> list[tuple[str, ...]]:
    """Return the flows by which somebody logged in can show to own the account.

    There is always one: whom no stage fits is asked for the password, which then nobody knows.
    """
    flows: list[tuple[str, ...]] = [
        (name,) for name, stage in ctx.stages.items() if await stage.proves_owner(requester)
    ]
    return flows or [(PASSWORD,)]


async def find_waiting(ctx: AccountsContext, session_id: str) -> UiaSession | None:
    """Return a session that waits for a stage to be passed on a web page; None where there is none."""
    if not session_id.isascii() or not session_id.isprintable():
        return None
    async with ctx.db.acquire() as conn:
        return await uia.select_uia_session(conn, session_id, ctx.clock.now_ms())


async def complete_stage(ctx: AccountsContext, session_id: str, stage: str, proof: str | None = None) -> bool:
    """Note that a stage was passed on a web page; False where the session does not wait for it (any more).

    Whoever calls this has made sure that it was passed, and by whom where the session is somebody's.
    """
    async with ctx.db.acquire() as conn:
        return await uia.update_passed(conn, session_id, stage, proof, ctx.clock.now_ms())


async def _resume(ctx: AccountsContext, operation: Operation, auth: AuthData | None) -> UiaSession:
    user_nid = None if operation.requester is None else operation.requester.user_nid
    if auth is None or auth.session is None:
        return UiaSession(token_urlsafe(24), user_nid, operation.digest)
    session = await find_waiting(ctx, auth.session)
    if session is None:
        fresh = UiaSession(token_urlsafe(24), user_nid, operation.digest)
        await _begin(ctx, fresh)
        raise _challenge(
            ctx, operation, fresh, Refusal("M_UNKNOWN", "The session is not known, or has expired")
        )
    if session.operation != operation.digest or session.user_nid != user_nid:
        raise Forbidden("The session was begun for another request")
    return session


async def _attempt(
    ctx: AccountsContext, operation: Operation, session: UiaSession, stage: str, auth: AuthData
) -> Outcome:
    done = session.completed
    possible = {
        flow[len(done)] for flow in operation.flows if flow[: len(done)] == done and len(flow) > len(done)
    }
    if stage not in possible:
        return Refusal("M_UNRECOGNIZED", "This stage is not part of a flow, or not its turn yet")
    return await ctx.stages[stage].check(Attempt(operation, session, auth))


async def _use_up(ctx: AccountsContext, session: UiaSession) -> None:
    async with ctx.db.acquire() as conn:
        if not await uia.delete_uia_session(conn, session.session_id, session.operation, ctx.clock.now_ms()):
            raise Forbidden("The session was used already")


async def _begin(ctx: AccountsContext, session: UiaSession) -> None:
    now_ms = ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        await uia.delete_expired_uia_sessions(conn, now_ms, CLEARED_AT_ONCE)
        await uia.insert_uia_session(conn, session, now_ms + LIFETIME_MS)


async def _note_passed(ctx: AccountsContext, session: UiaSession, stage: str) -> None:
    async with ctx.db.acquire() as conn:
        proof = session.proofs.get(stage)
        await uia.update_passed(conn, session.session_id, stage, proof, ctx.clock.now_ms())


def _challenge(
    ctx: AccountsContext, operation: Operation, session: UiaSession, refusal: Refusal | None
) -> InteractiveAuthRequired:
    params: JsonObject = {}
    for name in dict.fromkeys(name for flow in operation.flows for name in flow):
        told = ctx.stages[name].params(operation, session)
        if told:
            params[name] = told
    return InteractiveAuthRequired(
        session.session_id,
        operation.flows,
        params,
        session.completed,
        refusal.errcode if refusal else "",
        refusal.message if refusal else "",
    )
