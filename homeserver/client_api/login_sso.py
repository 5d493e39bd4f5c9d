"""What clients are told of single sign-on: `m.login.sso`.

With the server's own pages it is always there: they offer passwords and providers alike.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso
"""

from homeserver.client_api.login_types import LoginType
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.sso.provider import Provider


def _flow(here: Services) -> JsonObject | None:
    if not here.sso.providers and not here.settings.auth.oauth:
        return None
    flow: JsonObject = {"oauth_aware_preferred": True} if here.settings.auth.oauth else {}
    if here.sso.providers:
        flow["identity_providers"] = [_render(provider) for provider in here.sso.providers.values()]
    return flow


def _render(provider: Provider) -> JsonObject:
    config = provider.config
    optional = {"icon": config.icon, "brand": config.brand}
    return {
        "id": config.id,
        "name": config.name,
        **{name: value for name, value in optional.items() if value is not None},
    }


SSO_LOGIN = LoginType(_flow, None)
