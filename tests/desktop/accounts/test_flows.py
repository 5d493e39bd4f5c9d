"""Which stage comes next, and what is asked and sent for it."""

import pytest

from client_desktop.core.accounts.flows import (
    auth_of,
    describe_stage,
    other_next_stages,
    remaining_stages,
)
from client_desktop.core.accounts.stages import (
    Done,
    Email,
    Password,
    RegistrationToken,
    Stage,
    StageKind,
)
from client_desktop.core.errors import BadAnswer, NeedsInteractiveAuth

URL = "https://example.org"
PASSWORD, TERMS, DUMMY, CAPTCHA = "m.login.password", "m.login.terms", "m.login.dummy", "m.login.recaptcha"
SSO = "m.login.sso"


def need(*flows: tuple[str, ...], completed: tuple[str, ...] = (), **params: object) -> NeedsInteractiveAuth:
    named = {name.replace("_", "."): value for name, value in params.items()}
    return NeedsInteractiveAuth(flows, completed, named, "s1")


def test_the_easiest_flow_is_taken_in_its_order() -> None:
    assert remaining_stages([(CAPTCHA,), (TERMS, DUMMY)], ()) == (TERMS, DUMMY)
    assert remaining_stages([(TERMS, DUMMY)], (TERMS,)) == (DUMMY,)
    assert remaining_stages([(DUMMY,), (CAPTCHA, TERMS)], (CAPTCHA,)) == (TERMS,), "what is done counts"
    assert remaining_stages([(PASSWORD,), (SSO,)], ()) == (PASSWORD,)
    assert remaining_stages([(PASSWORD,), (SSO,)], (), (SSO,)) == (SSO,), "the user chose"
    assert remaining_stages([()], ()) == ()
    for flows in ([], [tuple(str(number) for number in range(100))]):
        with pytest.raises(BadAnswer):
            remaining_stages(flows, ())


def test_other_ways_are_offered_where_they_differ() -> None:
    assert other_next_stages([(PASSWORD,), (SSO,), (DUMMY,)], (), PASSWORD) == (SSO,)
    assert other_next_stages([(TERMS, PASSWORD), (TERMS, SSO)], (TERMS,), PASSWORD) == (SSO,)
    assert other_next_stages([(SSO, PASSWORD), (PASSWORD,)], (), PASSWORD) == ()


def test_stages_are_described_and_unknown_ones_go_to_the_browser() -> None:
    stage = describe_stage(need((CAPTCHA, TERMS)), CAPTCHA, URL)
    assert stage.kind is StageKind.BROWSER
    assert stage.url == f"{URL}/_matrix/client/v3/auth/m.login.recaptcha/fallback/web?session=s1"
    assert (stage.done, stage.total) == (0, 2)
    odd = describe_stage(need(("../odd?",)), "../odd?", URL)
    assert "/auth/..%2Fodd%3F/fallback" in odd.url
    with pytest.raises(BadAnswer):
        describe_stage(NeedsInteractiveAuth(((CAPTCHA,),), (), {}, None), CAPTCHA, URL)

    oauth = describe_stage(need(("m.oauth",), m_oauth={"url": "https://example.org/account"}), "m.oauth", URL)
    assert (oauth.kind, oauth.url) == (StageKind.OAUTH, "https://example.org/account")
    for url in ("javascript:alert(1)", "http://example.org/", "file:///etc/passwd", None):
        with pytest.raises(BadAnswer):
            describe_stage(need(("m.oauth",), m_oauth={"url": url}), "m.oauth", URL)


def test_terms_have_documents_that_can_be_opened() -> None:
    policies = {
        "privacy": {
            "version": "2",
            "en": {"name": "Privacy", "url": "https://example.org/en"},
            "de": {"name": "Datenschutz", "url": "https://example.org/de"},
        }
    }
    (policy,) = describe_stage(need((TERMS,), m_login_terms={"policies": policies}), TERMS, URL).policies
    assert (policy.policy_id, policy.version) == ("privacy", "2")
    assert policy.texts[1] == ("de", "Datenschutz", "https://example.org/de")
    for broken in (
        {},
        {"privacy": {"version": "1"}},
        {"privacy": {"en": {"name": "x", "url": "javascript:alert(1)"}}},
        {"privacy": {"en": {"name": "x"}}},
        {str(number): policies["privacy"] for number in range(100)},
    ):
        with pytest.raises(BadAnswer):
            describe_stage(need((TERMS,), m_login_terms={"policies": broken}), TERMS, URL)


def test_answers_become_what_the_server_wants_and_others_are_not_taken() -> None:
    password = Stage(StageKind.PASSWORD, PASSWORD)
    assert auth_of(password, Password("pw"), "s1", "@a:example.org") == {
        "type": PASSWORD,
        "password": "pw",
        "identifier": {"type": "m.id.user", "user": "@a:example.org"},
        "session": "s1",
    }
    assert auth_of(password, Password("pw"), None, None) == {"type": PASSWORD, "password": "pw"}
    assert auth_of(password, Done(), "s1", None) is None
    token = Stage(StageKind.REGISTRATION_TOKEN, "m.login.registration_token")
    assert auth_of(token, RegistrationToken("t"), "s1", None) == {
        "type": "m.login.registration_token",
        "token": "t",
        "session": "s1",
    }
    assert auth_of(token, Email("x"), "s1", None) is None
    assert auth_of(Stage(StageKind.BROWSER, CAPTCHA), Done(), "s1", None) == {"session": "s1"}
    assert auth_of(Stage(StageKind.TERMS, TERMS), Done(), "s1", None) == {"type": TERMS, "session": "s1"}
    assert "pw" not in repr(Password("pw"))
