"""Where people look after the account that they signed in with through the server's own pages."""

from typing import Final

ACCOUNT: Final = "/oauth2/account"
