"""Where the endpoints and pages are. Clients find the first ones in the metadata; none of them is guessed."""

from typing import Final

AUTHORIZE: Final = "/oauth2/authorize"
TOKEN: Final = "/oauth2/token"
REVOKE: Final = "/oauth2/revoke"
REGISTRATION: Final = "/oauth2/registration"
DEVICE: Final = "/oauth2/device"
LINK: Final = "/oauth2/link"

ACCOUNT: Final = "/account"
SIGN_IN: Final = "/account/sign-in"
ARRIVE: Final = "/account/arrive"
APP: Final = "/account/app"
SIGN_OUT: Final = "/account/sign-out"
REGISTER: Final = "/account/register"
PROFILE: Final = "/account/profile"
PASSWORD: Final = "/account/password"
DEVICES: Final = "/account/devices"
DEVICE_PAGE: Final = "/account/device"
SIGN_OUT_DEVICE: Final = "/account/sign-out-device"
DEACTIVATE: Final = "/account/deactivate"
RESET_IDENTITY: Final = "/account/reset-identity"
