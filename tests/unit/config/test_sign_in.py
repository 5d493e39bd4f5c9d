"""What the configuration says of providers and of tokens from elsewhere."""

import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError

from homeserver.config.settings import Settings
from homeserver.json_types import JsonObject

PROVIDER: JsonObject = {"issuer": "https://login.example.org", "client_id": "parlour"}


def providers(oidc: JsonObject) -> list[tuple[str, str]]:
    settings = Settings.model_validate({"oidc": oidc})
    return [(provider.id, provider.name) for provider in settings.oidc.all_providers()]


def test_one_provider_is_set_with_plain_keys_and_several_with_a_list() -> None:
    assert providers({}) == []
    assert providers(PROVIDER) == [("oidc", "Single sign-on")]
    listed = {**PROVIDER, "id": "github", "name": "GitHub"}
    assert providers({"providers": [listed]}) == [("github", "GitHub")]
    assert providers({**PROVIDER, "providers": [listed]}) == [
        ("oidc", "Single sign-on"),
        ("github", "GitHub"),
    ]


@pytest.mark.parametrize(
    "oidc",
    [
        {"issuer": "https://login.example.org"},
        {**PROVIDER, "issuer": "ftp://login.example.org"},
        {**PROVIDER, "scopes": ["profile"]},
        {"providers": [PROVIDER]},
        {"providers": [{**PROVIDER, "id": "a/b"}]},
        {"providers": [{**PROVIDER, "id": "a"}, {**PROVIDER, "id": "a"}]},
        {**PROVIDER, "providers": [{**PROVIDER, "id": "oidc"}]},
    ],
    ids=str,
)
def test_providers_that_could_not_work_are_refused_at_start(oidc: JsonObject) -> None:
    with pytest.raises(ValidationError):
        providers(oidc)


PUBLIC_KEY = ECKey.generate_key("P-256").as_pem(private=False).decode()


@pytest.mark.parametrize(
    ("jwt", "is_right"),
    [
        ({}, True),
        ({"secret": "x" * 32}, True),
        ({"secret": "x" * 31}, False),
        ({"secret": PUBLIC_KEY}, False),
        ({"secret": PUBLIC_KEY, "algorithm": "ES256"}, True),
        ({"secret": PUBLIC_KEY, "algorithm": "RS256"}, False),
        ({"secret": "x" * 32, "algorithm": "ES256"}, False),
        ({"secret": "x" * 32, "algorithm": "none"}, False),
    ],
)
def test_a_secret_that_does_not_fit_its_algorithm_is_refused_at_start(
    jwt: JsonObject, is_right: bool
) -> None:
    try:
        Settings.model_validate({"jwt": jwt})
    except ValidationError:
        assert not is_right
    else:
        assert is_right
