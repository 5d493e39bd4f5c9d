"""Browsers whose users are asked something between the provider and the client: a name, or for consent."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from federation.protocol.ids import UserId
from homeserver.accounts.sessions import hash_token
from homeserver.sso.arrive import LedOn, lead_on, open_account
from homeserver.sso.context import SsoContext
from homeserver.sso.errors import SsoRefused
from homeserver.sso.goals import LoginGoal, decode_goal
from homeserver.sso.identity import Identity
from homeserver.sso.make_account import LinkedMeanwhile, make_account
from homeserver.storage.sso import delete_arrival, select_arrival, update_arrival
from homeserver.storage.users import intern_users


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who waits. `user_id` None: a name has to be chosen; otherwise consent is missing."""

    provider_id: str
    identity: Identity
    goal: LoginGoal
    user_id: UserId | None


async def find_waiter(ctx: SsoContext, arrival_id: str, browser: str | None) -> Waiter:
    """Return who waits.

    Raises: SsoRefused where nobody does, or another browser.
    """
    arrival = None
    if browser is not None:
        async with ctx.accounts.db.acquire() as conn:
            arrival = await select_arrival(
                conn, hash_token(arrival_id), hash_token(browser), ctx.accounts.clock.now_ms()
            )
    goal = None if arrival is None else decode_goal(arrival.goal)
    if arrival is None or not isinstance(goal, LoginGoal):
        raise SsoRefused("This sign-in took too long, or is over already. Begin it again.")
    identity = msgspec.json.decode(arrival.identity, type=Identity)
    return Waiter(arrival.provider_id, identity, goal, arrival.user_id)


async def choose_name(
    ctx: SsoContext, arrival_id: str, waiter: Waiter, username: str, terms: Sequence[tuple[str, str]]
) -> None:
    """Make the account of somebody who waits for one.

    Raises: InvalidUsername, UserInUse, Exclusive; SsoRefused where another tab was faster.
    """
    try:
        user_id = await make_account(ctx, waiter.identity, username, terms)
    except LinkedMeanwhile:
        raise SsoRefused("Your account is made already. Begin the sign-in again.") from None
    async with ctx.accounts.db.acquire() as conn:
        user_nid = (await intern_users(conn, [user_id]))[user_id]
        await update_arrival(conn, hash_token(arrival_id), user_nid)


async def consent(ctx: SsoContext, arrival_id: str, waiter: Waiter, browser: str) -> LedOn:
    """Lead somebody on who trusts the client. The arrival is used up.

    Raises: SsoRefused.
    """
    if waiter.user_id is None:
        raise SsoRefused("Choose a user name first.")
    account = await open_account(ctx, waiter.user_id)
    async with ctx.accounts.db.acquire() as conn:
        if not await delete_arrival(conn, hash_token(arrival_id)):
            raise SsoRefused("This sign-in is over already. Begin it again.")
    return await lead_on(ctx, account, waiter.identity, waiter.goal, browser)
