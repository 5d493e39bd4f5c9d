"""Asking for a mail, or a text message, that shows who reads what is sent to an address.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3registeremailrequesttoken
"""

import msgspec
from aiohttp import web

from homeserver.accounts.registration_flows import takes_email
from homeserver.accounts.threepid_validations import MailRequest, email_address, request_validation
from homeserver.errors import MatrixError
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.storage.threepid_validations import Purpose

routes = Routes()


class EmailBody(msgspec.Struct):
    """POST …/email/requestToken. `id_server` and its token do not matter here: this server sends the mail."""

    client_secret: str
    email: str
    send_attempt: int
    next_link: str | None = None


class MsisdnBody(msgspec.Struct):
    """POST …/msisdn/requestToken."""

    client_secret: str
    country: str
    phone_number: str
    send_attempt: int
    next_link: str | None = None


@routes.post("/_matrix/client/v3/register/email/requestToken", limit=Action.EMAIL)
async def mail_to_register(request: web.Request) -> web.StreamResponse:
    """POST /register/email/requestToken: a mail to the owner of the address of an account to be."""
    if not takes_email(services(request).accounts):
        raise MatrixError("M_THREEPID_DENIED", 403, "Accounts are not made with an e-mail address here")
    return await _send(request, Purpose.REGISTER)


@routes.post("/_matrix/client/v3/account/password/email/requestToken", limit=Action.EMAIL)
async def mail_to_reset_password(request: web.Request) -> web.StreamResponse:
    """POST /account/password/email/requestToken: a mail to the owner of an account's address."""
    return await _send(request, Purpose.RESET)


@routes.post("/_matrix/client/v3/account/3pid/email/requestToken", limit=Action.EMAIL)
async def mail_to_add_address(request: web.Request) -> web.StreamResponse:
    """POST /account/3pid/email/requestToken: a mail to the owner of an address that an account is to get."""
    return await _send(request, Purpose.ADD)


@routes.post("/_matrix/client/v3/register/msisdn/requestToken", limit=Action.EMAIL)
@routes.post("/_matrix/client/v3/account/password/msisdn/requestToken", limit=Action.EMAIL)
@routes.post("/_matrix/client/v3/account/3pid/msisdn/requestToken", limit=Action.EMAIL)
async def send_text_message(request: web.Request) -> web.StreamResponse:
    """POST …/msisdn/requestToken: this server sends no text messages."""
    await read_body(request, MsisdnBody)
    raise MatrixError("M_THREEPID_MEDIUM_NOT_SUPPORTED", 400, "This server sends no text messages")


async def _send(request: web.Request, purpose: Purpose) -> web.StreamResponse:
    here = services(request)
    body = await read_body(request, EmailBody)
    here.rate_limits.check_key(Action.EMAIL, email_address(body.email))
    wanted = MailRequest(body.email, body.client_secret, body.send_attempt, body.next_link)
    return json_response({"sid": await request_validation(here.accounts, purpose, wanted)})
