"""Proving that somebody reads the mail of an address.

A client asks for a mail and makes up a secret; the mail holds a link with a token; whoever opens the link
and says so there completes the validation, which the client then shows together with its secret. The answer
to the client is the same whether an account has the address or not: what is to be said of that is said in
the mail.

Spec: https://spec.matrix.org/v1.19/client-server-api/#adding-account-administrative-contact-information
"""

import re
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final
from urllib.parse import urlencode, urlsplit

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.sessions import hash_token
from homeserver.errors import InvalidParam, NotFound
from homeserver.mail.addresses import InvalidAddress, canonical_address
from homeserver.mail.send_mail import queue_mails, write_mail
from homeserver.storage import threepid_validations as validations
from homeserver.storage.db import Connection
from homeserver.storage.threepid_validations import NewValidation, Purpose, Validation
from homeserver.storage.threepids import select_owner

EMAIL_MEDIUM: Final = "email"
CONFIRM_PATH: Final = "/_matrix/client/parlour/confirm_email"
CLEARED_AT_ONCE: Final = 50
MAX_LINK_LENGTH: Final = 4096
MAX_ATTEMPT: Final = 2**53 - 1

CLIENT_SECRET: Final = re.compile(r"[0-9a-zA-Z.=_-]{1,255}")
PLAIN_URL: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!-\[\]-~]*)?")
OPAQUE: Final = re.compile(r"[0-9a-zA-Z_-]{1,255}")

LETTERS: Final = {
    Purpose.REGISTER: "confirm_registration",
    Purpose.RESET: "reset_password",
    Purpose.ADD: "confirm_address",
}
HOUR_MS: Final = 60 * 60_000
LIFETIMES: Final = {
    Purpose.REGISTER: (24 * HOUR_MS, "24 hours"),
    Purpose.RESET: (HOUR_MS, "one hour"),
    Purpose.ADD: (24 * HOUR_MS, "24 hours"),
}
"""How long a link is good, and then how long that it was confirmed; as mails say it."""


@dataclass(frozen=True, slots=True)
class MailRequest:
    """What a client asks for; nothing of it is checked yet."""

    email: str
    client_secret: str
    send_attempt: int
    next_link: str | None = None


async def request_validation(ctx: AccountsContext, purpose: Purpose, request: MailRequest) -> str:
    """Send the owner of an address a mail, unless this attempt was seen before; return the session's id.

    Raises: InvalidParam; MatrixError where this server sends no mail.
    """
    ctx.mail.require_on()
    now_ms = ctx.clock.now_ms()
    wanted = NewValidation(
        purpose,
        EMAIL_MEDIUM,
        email_address(request.email),
        _secret_hash(request.client_secret),
        _attempt(request.send_attempt),
        _link(ctx, request.next_link),
        now_ms + LIFETIMES[purpose][0],
    )
    async with ctx.db.transaction() as conn:
        await validations.delete_expired_validations(conn, now_ms, CLEARED_AT_ONCE)
        sid, is_mail_due = await validations.begin_validation(conn, token_urlsafe(24), wanted, now_ms)
        if is_mail_due:
            await _mail(ctx, conn, sid, wanted)
    ctx.mail.due.ask()
    return sid


async def find_by_link(ctx: AccountsContext, sid: str, token: str) -> Validation:
    """Return the validation that the link in a mail belongs to.

    Raises: NotFound where the link is not good, or no longer.
    """
    found = None
    if OPAQUE.fullmatch(sid) and OPAQUE.fullmatch(token):
        async with ctx.db.acquire() as conn:
            found = await validations.select_by_token(conn, sid, hash_token(token), ctx.clock.now_ms())
    if found is None:
        raise NotFound("This link is not good, or no longer. Ask for a new mail in your app.")
    return found


async def confirm(ctx: AccountsContext, sid: str, token: str) -> Validation:
    """Complete the validation of a link: its owner has said to agree.

    Raises: NotFound where the link is not good, or no longer.
    """
    found, now_ms = await find_by_link(ctx, sid, token), ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        expires_ts = now_ms + LIFETIMES[found.purpose][0]
        await validations.update_validated(conn, found.sid, now_ms, expires_ts)
    return found


async def is_validated(ctx: AccountsContext, purpose: Purpose, sid: str, client_secret: str) -> bool:
    """Tell whether a validation that a client began for a purpose is completed."""
    if OPAQUE.fullmatch(sid) is None or CLIENT_SECRET.fullmatch(client_secret) is None:
        return False
    async with ctx.db.acquire() as conn:
        secret, now_ms = hash_token(client_secret), ctx.clock.now_ms()
        found = await validations.select_by_secret(conn, sid, secret, purpose, now_ms)
    return found is not None and found.validated_ts is not None


def email_address(text: str) -> str:
    """Return an e-mail address in canonical form. Raises InvalidParam."""
    try:
        return canonical_address(text)
    except InvalidAddress as error:
        raise InvalidParam(str(error)) from error


async def _mail(ctx: AccountsContext, conn: Connection, sid: str, wanted: NewValidation) -> None:
    """Queue the mail: with a link where the purpose is possible, else with the reason why it is not."""
    owner = await select_owner(conn, wanted.medium, wanted.address)
    values: dict[str, object] = {} if owner is None else {"user_id": owner.user_id}
    if wanted.purpose is Purpose.RESET and owner is None:
        letter = "address_unknown"
    elif wanted.purpose is not Purpose.RESET and owner is not None:
        letter = "address_in_use"
    else:
        letter, token = LETTERS[wanted.purpose], token_urlsafe(32)
        await validations.note_token_sent(conn, sid, hash_token(token))
        values |= {"lifetime": LIFETIMES[wanted.purpose][1], "url": _url(ctx, sid, token)}
    await queue_mails(ctx.mail, conn, [write_mail(ctx.mail, wanted.address, letter, values)])


def _url(ctx: AccountsContext, sid: str, token: str) -> str:
    return f"{ctx.settings.base_url}{CONFIRM_PATH}?{urlencode({'sid': sid, 'token': token})}"


def _secret_hash(client_secret: str) -> bytes:
    if CLIENT_SECRET.fullmatch(client_secret) is None:
        raise InvalidParam("client_secret holds 1 to 255 of the characters 0-9 a-z A-Z . = _ -")
    return hash_token(client_secret)


def _attempt(send_attempt: int) -> int:
    if not 0 <= send_attempt <= MAX_ATTEMPT:
        raise InvalidParam("send_attempt is out of range")
    return send_attempt


def _link(ctx: AccountsContext, next_link: str | None) -> str | None:
    """Return where somebody is led on to; None where that is not one of the permitted hosts.

    A mail of this server must not lead wherever a stranger says. Clients do well without: people return to
    them by themselves.

    Raises: InvalidParam for what is no http or https URL.
    """
    if next_link is None:
        return None
    if len(next_link) > MAX_LINK_LENGTH or PLAIN_URL.fullmatch(next_link) is None:
        raise InvalidParam("next_link is not an http or https URL")
    try:
        host = urlsplit(next_link).hostname
    except ValueError:
        host = None
    return next_link if host in ctx.settings.smtp.next_links else None
