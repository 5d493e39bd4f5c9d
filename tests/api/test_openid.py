"""OpenID tokens: the proof of who somebody is, shown to another service."""

from tests.api.client import ApiClient


async def test_user_gets_a_token_for_other_services(alice: ApiClient) -> None:
    answer = (await alice.post(f"/user/{alice.user_id}/openid/request_token")).ok()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert len(answer["access_token"]) >= 32


async def test_token_of_another_user_is_refused(alice: ApiClient, bob: ApiClient) -> None:
    reply = await alice.post(f"/user/{bob.user_id}/openid/request_token")
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
