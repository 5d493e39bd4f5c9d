"""What somebody must show to make an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#terms-of-service-at-registration
"""

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.stages import DUMMY, REGISTRATION_TOKEN, TERMS, Operation
from homeserver.config.registration import RegistrationMode
from homeserver.errors import Forbidden
from homeserver.storage.registration_tokens import select_unused_admin_token


async def registration_operation(ctx: AccountsContext, name: str, user_id: UserId | None) -> Operation:
    """Return the flows by which an account can be made now.

    While the token of the first admin waits, it is accepted in every mode.

    Raises: Forbidden where nobody can.
    """
    settings = ctx.settings.registration
    async with ctx.db.acquire() as conn:
        awaits_admin = await select_unused_admin_token(conn) is not None
    terms = (TERMS,) if settings.terms else ()
    flows: list[tuple[str, ...]] = []
    if settings.mode is RegistrationMode.OPEN:
        flows.append(terms or (DUMMY,))
    if settings.mode is RegistrationMode.TOKEN or awaits_admin:
        flows.append((REGISTRATION_TOKEN, *terms))
    if not flows:
        raise Forbidden("Registration is turned off")
    return Operation(
        name=name,
        flows=flows,
        essentials={"username": user_id},
        only_admin_tokens=settings.mode is not RegistrationMode.TOKEN,
    )
