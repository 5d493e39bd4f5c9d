"""The forms of the stages of interactive authentication that have a page here: what they show and send."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

from homeserver.accounts.attempt_on_page import operation_of
from homeserver.accounts.stages import (
    CAPTCHA,
    DUMMY,
    EMAIL,
    PASSWORD,
    REGISTRATION_TOKEN,
    TERMS,
    AuthData,
    Identifier,
    ThreepidCreds,
)
from homeserver.accounts.threepid_validations import MailRequest, email_address, request_validation
from homeserver.config.registration import TermsDocument
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.rate_limits import Action
from homeserver.storage.uia import UiaSession

Fields: TypeAlias = Mapping[str, str]
Values: TypeAlias = dict[str, object]

CAPTCHA_FIELDS: Final = ("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response")
RECAPTCHA_HOSTS: Final = "https://www.google.com https://www.gstatic.com"


def _own_only(request: web.Request) -> None:
    return None


@dataclass(frozen=True, slots=True)
class StageForm:
    """The page of one stage.

    `values` is what the template needs, given what was sent before; `auth` is what the client would send for
    the same entries, None where the form goes on with a further page. `policy` is what the page may load from
    elsewhere.
    """

    stage: str
    template: str
    title: str
    values: Callable[[web.Request, UiaSession, Fields], Awaitable[Values]]
    auth: Callable[[web.Request, UiaSession, Fields], Awaitable[AuthData | None]]
    policy: Callable[[web.Request], Mapping[str, str] | None] = _own_only


async def _no_values(request: web.Request, session: UiaSession, fields: Fields) -> Values:
    return {}


async def _dummy_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData:
    return AuthData(DUMMY)


async def _token_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData:
    return AuthData(REGISTRATION_TOKEN, token=fields.get("token", "").strip())


async def _password_values(request: web.Request, session: UiaSession, fields: Fields) -> Values:
    return {"user_id": await _user_id(request, session)}


async def _password_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData:
    identifier = Identifier("m.id.user", await _user_id(request, session))
    return AuthData(PASSWORD, identifier=identifier, password=fields.get("password", ""))


async def _user_id(request: web.Request, session: UiaSession) -> str:
    operation = await operation_of(services(request).accounts, session)
    if operation is None or operation.requester is None:
        raise Forbidden("Nobody is logged in whose password could be checked.")
    return operation.requester.user_id


async def _terms_values(request: web.Request, session: UiaSession, fields: Fields) -> Values:
    """Each document, by its id, in all its languages."""
    here = services(request)
    documents: dict[str, list[TermsDocument]] = {}
    for document in here.settings.registration.terms:
        documents.setdefault(document.id, []).append(document)
    return {"server_name": here.server_name, "documents": documents}


async def _terms_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData:
    for document in services(request).settings.registration.terms:
        if f"agreed {document.id}" not in fields:
            raise Forbidden("You have not agreed to all documents.")
    return AuthData(TERMS)


async def _captcha_values(request: web.Request, session: UiaSession, fields: Fields) -> Values:
    settings = services(request).settings.captcha
    return {"site_key": settings.site_key, "script_url": settings.script_url}


def _captcha_policy(request: web.Request) -> Mapping[str, str]:
    sources = captcha_sources(services(request).settings.captcha.script_url)
    may_load = dict.fromkeys(("script-src", "frame-src", "connect-src", "img-src"), sources)
    return {**may_load, "style-src": f"'unsafe-inline' {sources}"}


async def _captcha_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData:
    answers = [fields[name] for name in CAPTCHA_FIELDS if fields.get(name)]
    return AuthData(CAPTCHA, response=answers[0] if answers else None)


async def _email_values(request: web.Request, session: UiaSession, fields: Fields) -> Values:
    """The first page asks for the address, the second waits for its owner: the mail is sent between them."""
    address, sid, secret = (fields.get(name, "") for name in ("address", "sid", "client_secret"))
    if address and not sid:
        secret = token_urlsafe(32)
        sid = await _send_mail(request, session, address, secret)
    return {"address": address, "sid": sid, "client_secret": secret}


async def _email_auth(request: web.Request, session: UiaSession, fields: Fields) -> AuthData | None:
    if not fields.get("sid"):
        return None
    return AuthData(EMAIL, threepid_creds=ThreepidCreds(fields["sid"], fields.get("client_secret", "")))


async def _send_mail(request: web.Request, session: UiaSession, address: str, client_secret: str) -> str:
    here = services(request)
    here.rate_limits.check_address(Action.EMAIL, here.addresses.of(request))
    here.rate_limits.check_key(Action.EMAIL, email_address(address))
    operation = await operation_of(here.accounts, session)
    if operation is None or operation.email_purpose is None:
        raise Forbidden("No e-mail address is asked for here.")
    wanted = MailRequest(address, client_secret, send_attempt=1)
    return await request_validation(here.accounts, operation.email_purpose, wanted)


def captcha_sources(script_url: str) -> str:
    """Return from where the page of a captcha may load: from its script's host and that host's siblings."""
    host = urlsplit(script_url).hostname or ""
    if host == "www.google.com":
        return RECAPTCHA_HOSTS
    parent = host.partition(".")[2]
    return f"https://{host} https://*.{parent}" if "." in parent else f"https://{host}"


FORMS: Final = {
    form.stage: form
    for form in (
        StageForm(DUMMY, "auth_dummy", "Continue", _no_values, _dummy_auth),
        StageForm(PASSWORD, "auth_password", "Enter your password", _password_values, _password_auth),
        StageForm(REGISTRATION_TOKEN, "auth_token", "Registration token", _no_values, _token_auth),
        StageForm(TERMS, "auth_terms", "Terms", _terms_values, _terms_auth),
        StageForm(
            CAPTCHA, "auth_captcha", "Are you a person?", _captcha_values, _captcha_auth, _captcha_policy
        ),
        StageForm(EMAIL, "auth_email", "Your e-mail address", _email_values, _email_auth),
    )
}
"""All stages with a page here, by their type; `m.login.sso` and `m.oauth` have pages of their own."""
