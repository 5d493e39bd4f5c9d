"""What clients are told of single sign-on: `m.login.sso`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso
"""

from homeserver.client_api.login_types import LoginType
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.sso.provider import Provider


def _flow(here: Services) -> JsonObject | None:
    if not here.sso.providers:
        return None
    return {"identity_providers": [_render(provider) for provider in here.sso.providers.values()]}


def _render(provider: Provider) -> JsonObject:
    config = provider.config
    optional = {"icon": config.icon, "brand": config.brand}
    return {
        "id": config.id,
        "name": config.name,
        **{name: value for name, value in optional.items() if value is not None},
    }


SSO_LOGIN = LoginType(_flow, None)
