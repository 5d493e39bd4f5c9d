"""The stages that accounts bring along: password, registration token, terms, and none at all."""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.login import local_user_id
from homeserver.accounts.registration_tokens import is_valid_token
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import (
    DUMMY,
    PASSWORD,
    REGISTRATION_TOKEN,
    TERMS,
    Attempt,
    Operation,
    Outcome,
    Passed,
    Refusal,
    Stage,
)
from homeserver.config.registration import TermsDocument
from homeserver.errors import Forbidden
from homeserver.json_types import JsonObject
from homeserver.storage.accounts import select_account
from homeserver.storage.uia import UiaSession


def own_stages(ctx: AccountsContext) -> dict[str, Stage]:
    """Return the stages that need nothing but accounts."""
    return {
        PASSWORD: _password_stage(ctx),
        REGISTRATION_TOKEN: _registration_token_stage(ctx),
        TERMS: _terms_stage(ctx),
        DUMMY: Stage(_pass_everybody),
    }


def policies(documents: tuple[TermsDocument, ...]) -> JsonObject:
    """Render the documents as the specification shows them: by name, then by language."""
    rendered: JsonObject = {}
    for document in documents:
        policy = rendered.setdefault(document.id, {"version": document.version})
        policy[document.language] = {"name": document.name, "url": document.url}
    return rendered


def _password_stage(ctx: AccountsContext) -> Stage:
    async def check(attempt: Attempt) -> Outcome:
        requester, auth = attempt.operation.requester, attempt.auth
        if requester is None:
            raise Forbidden("Nobody is logged in whose password could be checked")
        user = auth.identifier.user if auth.identifier is not None else auth.user
        if user is not None and local_user_id(user, ctx.server_name) != requester.user_id:
            raise Forbidden("The password must be the one of the account that is logged in")
        if user is None or auth.password is None or (auth.identifier and auth.identifier.type != "m.id.user"):
            return Refusal("M_FORBIDDEN", "User and password are needed")
        if not await ctx.passwords.matches(auth.password, await password_hash_of(requester)):
            return Refusal("M_FORBIDDEN", "The password is wrong")
        return Passed()

    async def password_hash_of(requester: Requester) -> str | None:
        async with ctx.db.acquire() as conn:
            account = await select_account(conn, requester.user_id)
        return None if account is None else account.password_hash

    async def proves_owner(requester: Requester) -> bool:
        return await password_hash_of(requester) is not None

    return Stage(check, proves_owner=proves_owner)


def _registration_token_stage(ctx: AccountsContext) -> Stage:
    async def check(attempt: Attempt) -> Outcome:
        token = attempt.auth.token or ""
        if not await is_valid_token(ctx, token, only_for_admins=attempt.operation.only_admin_tokens):
            return Refusal("M_UNAUTHORIZED", "The registration token is not valid")
        return Passed(token)

    return Stage(check)


def _terms_stage(ctx: AccountsContext) -> Stage:
    def params(operation: Operation, session: UiaSession) -> JsonObject:
        return {"policies": policies(ctx.settings.registration.terms)}

    return Stage(_pass_everybody, params)


async def _pass_everybody(attempt: Attempt) -> Outcome:
    return Passed()
