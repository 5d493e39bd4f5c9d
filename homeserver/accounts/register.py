"""Making an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson

from federation.protocol.ids import UserId, localpart_of
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.sessions import BegunSession, DeviceRequest, Login, begin_session, login_of
from homeserver.accounts.threepids import take_validated
from homeserver.accounts.usernames import check_available, random_user_id
from homeserver.errors import Forbidden, UserInUse
from homeserver.storage import accounts, profiles, registration_tokens
from homeserver.storage.accounts import NewAccount
from homeserver.storage.positions import Change, Stream
from homeserver.storage.threepid_validations import Purpose
from homeserver.storage.users import intern_users


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """The account to make.

    `password` None: `password_hash` is that of the one that opens it; where that is None too, none does.
    `device` None: nobody is logged in. `registration_token` is used up by it and may make the user an admin.
    `email_session` is a completed validation, used up too, the address of which becomes the account's.
    `terms` are the (document, version) pairs that were agreed to.
    `appservice_id`: an application service makes it, which may have the name.
    `also` is done in the same transaction, with the user's number; what it raises undoes all.
    `upgrades_guest`: the account is there, as that of a guest who has proved to own it.
    """

    user_id: UserId
    password: str | None = None
    password_hash: str | None = None
    display_name: str | None = None
    device: DeviceRequest | None = None
    is_admin: bool = False
    is_guest: bool = False
    upgrades_guest: bool = False
    registration_token: str | None = None
    email_session: str | None = None
    terms: Sequence[tuple[str, str]] = ()
    appservice_id: str | None = None
    also: Callable[[Change, int], Awaitable[None]] | None = None


async def register_account(ctx: AccountsContext, registration: Registration) -> Login | None:
    """Make an account and log its device in, all or nothing; None where no device was asked for.

    Raises: UserInUse, Exclusive, WeakPassword, InvalidParam; Forbidden when the registration token is not
    valid (any more); ThreepidInUse, ThreepidNotValidated.
    """
    user_id = registration.user_id
    if not registration.upgrades_guest:
        await check_available(ctx, user_id, by_owner=registration.appservice_id is not None)
    password_hash = registration.password_hash
    if registration.password is not None:
        password_hash = await ctx.passwords.hash(registration.password)
    async with ctx.db.acquire() as conn:
        user_nid = (await intern_users(conn, [user_id]))[user_id]
    begun: BegunSession | None = None
    async with ctx.positions.write() as change:
        await _insert(ctx, change, user_nid, registration, password_hash)
        if registration.device is not None:
            begun = await begin_session(ctx, change, user_nid, user_id, registration.device)
    if registration.upgrades_guest:
        ctx.tokens.forget_user(user_nid)
    return None if begun is None else login_of(ctx, begun)


async def register_guest(ctx: AccountsContext, display_name: str | None) -> Login:
    """Make a guest account, with a device of the server's choice.

    Raises: Forbidden when there are no guests on this server.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#guest-access
    """
    if not ctx.settings.registration.guests:
        raise Forbidden("Guest accounts are turned off")
    login = await register_account(
        ctx,
        Registration(
            random_user_id(ctx.server_name), is_guest=True, device=DeviceRequest(display_name=display_name)
        ),
    )
    assert login is not None
    return login


async def _insert(
    ctx: AccountsContext,
    change: Change,
    user_nid: int,
    registration: Registration,
    password_hash: str | None,
) -> None:
    now_ms = ctx.clock.now_ms()
    is_admin = registration.is_admin
    if registration.registration_token is not None:
        makes_admin = await registration_tokens.use_up(change.conn, registration.registration_token, now_ms)
        if makes_admin is None:
            raise Forbidden("The registration token is not valid any more")
        is_admin = is_admin or makes_admin
    new = NewAccount(
        user_nid, password_hash, is_admin, registration.is_guest, now_ms, registration.appservice_id
    )
    if registration.upgrades_guest:
        change.touch(Stream.SESSIONS, users=[user_nid])
        is_made = await accounts.update_upgraded(change.conn, new)
    else:
        is_made = await accounts.insert_account(change.conn, new)
    if not is_made:
        raise UserInUse()
    for note in ctx.hooks.new_accounts:
        await note(change, user_nid, registration.user_id)
    if registration.email_session is not None:
        await take_validated(ctx, change.conn, user_nid, registration.email_session, Purpose.REGISTER)
    await accounts.insert_accepted_terms(change.conn, user_nid, registration.terms, now_ms)
    if not registration.upgrades_guest:
        name = registration.display_name or localpart_of(registration.user_id)
        await profiles.upsert_profile_field(
            change.conn, user_nid, "displayname", orjson.dumps(name), change.position
        )
        change.touch(Stream.PROFILES, users=[user_nid])
    if registration.also is not None:
        await registration.also(change, user_nid)
