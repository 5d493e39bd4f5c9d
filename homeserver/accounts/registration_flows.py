"""What somebody must show to make an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-account-registration
"""

from typing import TypeAlias

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.stages import CAPTCHA, DUMMY, EMAIL, REGISTRATION_TOKEN, TERMS, Operation
from homeserver.config.registration import EmailAtRegistration, RegistrationMode
from homeserver.errors import Forbidden
from homeserver.storage.registration_tokens import select_unused_admin_token
from homeserver.storage.threepid_validations import Purpose

Flow: TypeAlias = tuple[str, ...]


async def registration_operation(ctx: AccountsContext, name: str, user_id: UserId | None) -> Operation:
    """Return the flows by which an account can be made now.

    While the token of the first admin waits, it is accepted in every mode, and who has a token needs no
    e-mail address.

    Raises: Forbidden where nobody can.
    """
    async with ctx.db.acquire() as conn:
        awaits_admin = await select_unused_admin_token(conn) is not None
    flows = _flows(ctx, awaits_admin=awaits_admin)
    if not flows:
        raise Forbidden("Registration is turned off")
    return Operation(
        name=name,
        flows=flows,
        essentials={"username": user_id},
        only_admin_tokens=ctx.settings.registration.mode is not RegistrationMode.TOKEN,
        email_purpose=Purpose.REGISTER,
    )


def takes_email(ctx: AccountsContext) -> bool:
    """Tell whether people may confirm an e-mail address to make an account."""
    settings = ctx.settings.registration
    is_open = settings.mode is not RegistrationMode.CLOSED
    return ctx.mail.is_on and is_open and settings.email is not EmailAtRegistration.OFF


def _flows(ctx: AccountsContext, *, awaits_admin: bool) -> list[Flow]:
    settings = ctx.settings.registration
    terms = (TERMS,) if settings.terms else ()
    email = settings.email if takes_email(ctx) else EmailAtRegistration.OFF
    match settings.mode:
        case RegistrationMode.OPEN:
            captcha = (CAPTCHA,) if ctx.settings.captcha.secret_key is not None else ()
            flows = _with_email((*captcha, *terms), email)
        case RegistrationMode.TOKEN:
            is_required = email is EmailAtRegistration.REQUIRED
            optional = EmailAtRegistration.OPTIONAL
            return _with_email(
                (REGISTRATION_TOKEN, *terms), optional if is_required and awaits_admin else email
            )
        case RegistrationMode.CLOSED:
            flows = []
    return [*flows, (REGISTRATION_TOKEN, *terms)] if awaits_admin else flows


def _with_email(before: Flow, email: EmailAtRegistration) -> list[Flow]:
    """Return a flow with its last stage; no flow is the beginning of another, which would cut that short."""
    match email:
        case EmailAtRegistration.OFF:
            return [before or (DUMMY,)]
        case EmailAtRegistration.OPTIONAL:
            return [(*before, DUMMY), (*before, EMAIL)]
        case EmailAtRegistration.REQUIRED:
            return [(*before, EMAIL)]
