"""Where the endpoints and pages are. Clients find the first ones in the metadata; none of them is guessed."""

from typing import Final

from homeserver.oauth.account_page import ACCOUNT as ACCOUNT

AUTHORIZE: Final = "/oauth2/authorize"
TOKEN: Final = "/oauth2/token"
REVOKE: Final = "/oauth2/revoke"
REGISTRATION: Final = "/oauth2/registration"
DEVICE: Final = "/oauth2/device"
LINK: Final = "/oauth2/link"

SIGN_IN: Final = "/oauth2/account/sign-in"
ARRIVE: Final = "/oauth2/account/arrive"
APP: Final = "/oauth2/account/app"
SIGN_OUT: Final = "/oauth2/account/sign-out"
REGISTER: Final = "/oauth2/account/register"
PROFILE: Final = "/oauth2/account/profile"
AVATAR: Final = "/oauth2/account/avatar"
ADDRESSES: Final = "/oauth2/account/addresses"
FORGOTTEN: Final = "/oauth2/account/forgotten-password"
PASSWORD: Final = "/oauth2/account/password"
DEVICES: Final = "/oauth2/account/devices"
DEVICE_PAGE: Final = "/oauth2/account/device"
SIGN_OUT_DEVICE: Final = "/oauth2/account/sign-out-device"
DEACTIVATE: Final = "/oauth2/account/deactivate"
RESET_IDENTITY: Final = "/oauth2/account/reset-identity"
