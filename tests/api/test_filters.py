"""Stored filters."""

import pytest

from federation.protocol.ids import UserId
from homeserver.client_data import filters as filters_module
from homeserver.errors import NotFound
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient

FILTER: JsonObject = {"room": {"timeline": {"limit": 10, "types": ["m.room.*"]}}, "event_format": "client"}


async def test_a_filter_is_read_back_as_it_was_stored(alice: ApiClient) -> None:
    filter_id = (await alice.post(f"/user/{alice.user_id}/filter", FILTER)).ok()["filter_id"]
    assert not filter_id.startswith("{")
    assert (await alice.get(f"/user/{alice.user_id}/filter/{filter_id}")).ok() == FILTER


async def test_the_same_definition_has_the_same_id(alice: ApiClient, bob: ApiClient) -> None:
    reordered = {"event_format": "client", "room": FILTER["room"]}
    first = (await alice.post(f"/user/{alice.user_id}/filter", FILTER)).ok()
    assert (await alice.post(f"/user/{alice.user_id}/filter", reordered)).ok() == first
    assert (await alice.post(f"/user/{alice.user_id}/filter", {})).ok() != first
    assert (await bob.post(f"/user/{bob.user_id}/filter", FILTER)).ok() != first


async def test_filters_of_others_are_out_of_reach(alice: ApiClient, bob: ApiClient) -> None:
    filter_id = (await alice.post(f"/user/{alice.user_id}/filter", FILTER)).ok()["filter_id"]
    assert (await bob.get(f"/user/{alice.user_id}/filter/{filter_id}")).status == 403
    assert (await bob.post(f"/user/{alice.user_id}/filter", FILTER)).status == 403
    assert (await bob.get(f"/user/{bob.user_id}/filter/{filter_id}")).errcode == "M_NOT_FOUND"


async def test_an_unknown_filter_is_not_found(alice: ApiClient) -> None:
    for filter_id in ("999", "-1", "x", "%EF%BC%91", "9" * 30):
        reply = await alice.get(f"/user/{alice.user_id}/filter/{filter_id}")
        assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND"), filter_id


async def test_what_is_no_filter_is_refused(alice: ApiClient) -> None:
    path = f"/user/{alice.user_id}/filter"
    wrong: list[JsonObject] = [
        {"room": {"timeline": {"limit": "ten"}}},
        {"presence": []},
        {"event_format": "xml"},
    ]
    for definition in wrong:
        assert (await alice.post(path, definition)).errcode == "M_BAD_JSON"
    assert (await alice.post(path, {"event_fields": ["x" * 70_000]})).status == 413


async def test_a_user_stores_a_bounded_number_of_filters(
    alice: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters_module, "MAX_FILTERS", 1)
    path = f"/user/{alice.user_id}/filter"
    (await alice.post(path, FILTER)).ok()
    assert (await alice.post(path, {})).status == 403
    (await alice.post(path, FILTER)).ok()


async def test_a_loaded_filter_is_the_one_that_was_stored(alice: ApiClient, services: Services) -> None:
    filter_id = (await alice.post(f"/user/{alice.user_id}/filter", FILTER)).ok()["filter_id"]
    nid = await services.rooms.names.intern_user(UserId(alice.user_id))
    loaded = await services.client_data.filters.get(nid, filter_id)
    assert loaded.room.timeline.limit == 10
    assert await services.client_data.filters.get(nid, filter_id) is loaded
    with pytest.raises(NotFound):
        await services.client_data.filters.get(nid + 1, filter_id)
