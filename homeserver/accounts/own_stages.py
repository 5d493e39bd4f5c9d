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
    AuthData,
    Operation,
    Outcome,
    Passed,
    Refusal,
    Stage,
)
from homeserver.accounts.threepids import find_owner
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
        named = await _named_user(ctx, auth)
        if named is None or auth.password is None:
            return Refusal("M_FORBIDDEN", "User and password are needed")
        if named != requester.user_id:
            raise Forbidden("The password must be the one of the account that is logged in")
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


async def _named_user(ctx: AccountsContext, auth: AuthData) -> str | None:
    """Return whose password it is said to be, `""` for nobody's; None where it is not said."""
    who = auth.identifier
    if who is not None and who.type == "m.id.thirdparty" and who.medium and who.address:
        owner = await find_owner(ctx, who.medium, who.address)
        return "" if owner is None else owner.user_id
    user = auth.user if who is None else who.user if who.type == "m.id.user" else None
    return None if user is None else local_user_id(user, ctx.server_name) or ""


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
