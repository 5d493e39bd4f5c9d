"""The stage that an e-mail address is proven in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#email-based-identity--homeserver
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.stages import EMAIL, Attempt, Outcome, Passed, Refusal, Stage
from homeserver.accounts.threepid_validations import is_validated


def email_stages(ctx: AccountsContext) -> dict[str, Stage]:
    """Return the stage; its proof is the id of the validation, which the operation uses up."""

    async def check(attempt: Attempt) -> Outcome:
        creds, purpose = attempt.auth.threepid_creds, attempt.operation.email_purpose
        if creds is None or purpose is None:
            return Refusal("M_MISSING_PARAM", "threepid_creds is required")
        if not await is_validated(ctx, purpose, creds.sid, creds.client_secret):
            return Refusal("M_UNAUTHORIZED", "The e-mail address is not confirmed yet")
        return Passed(creds.sid)

    return {EMAIL: Stage(check)}
