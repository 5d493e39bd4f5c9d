"""Having somebody show, on a page, that they read the mail of an address."""

from collections.abc import Mapping
from secrets import token_urlsafe

from homeserver.accounts.threepid_validations import MailRequest, email_address, request_validation
from homeserver.http.rate_limits import Action
from homeserver.oauth_api.visits import Visit
from homeserver.storage.threepid_validations import Purpose


async def send_mail(visit: Visit, purpose: Purpose, address: str) -> Mapping[str, str]:
    """Send the mail with the link; return what the page's form hands on to the next one.

    Raises: InvalidParam, LimitExceeded; MatrixError where this server sends no mail.
    """
    here = visit.here
    here.rate_limits.check_address(Action.EMAIL, here.addresses.of(visit.request))
    here.rate_limits.check_key(Action.EMAIL, email_address(address))
    secret = token_urlsafe(32)
    sid = await request_validation(here.accounts, purpose, MailRequest(address, secret, send_attempt=1))
    return {"address": address, "sid": sid, "client_secret": secret}
