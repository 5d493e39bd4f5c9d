import pytest
from aiohttp import web

from homeserver.errors import InvalidParam, MethodNotAllowed, Unrecognized
from homeserver.http.route_table import RouteTable
from homeserver.http.routing import Routes


async def handler(request: web.Request) -> web.StreamResponse:
    return web.Response()


def table(*declared: str) -> RouteTable:
    routes = Routes()
    for line in declared:
        method, path = line.split(" ")
        routes.route(method, path)(handler)
    return RouteTable(routes)


@pytest.fixture
def rooms() -> RouteTable:
    return table(
        "GET /rooms/{roomId}/state",
        "GET /rooms/{roomId}/state/{eventType}",
        "PUT /rooms/{roomId}/state/{eventType}/{stateKey}",
        "GET /profile/{userId}/{keyName}",
        "DELETE /profile/{userId}/{keyName}",
        "PUT /profile/{userId}/displayname",
        "GET /pushrules/",
        "GET /files/{path*}",
    )


def test_variables_are_percent_decoded(rooms: RouteTable) -> None:
    match = rooms.find("GET", "/rooms/%21a%2Fb%3Aexample.org/state/m.room.name?x=%00")
    assert match.params == {"roomId": "!a/b:example.org", "eventType": "m.room.name"}


def test_empty_last_segment_is_an_empty_variable(rooms: RouteTable) -> None:
    match = rooms.find("PUT", "/rooms/!a:b/state/m.room.name/")
    assert match.params["stateKey"] == ""


def test_literal_segment_wins_over_variable(rooms: RouteTable) -> None:
    assert rooms.find("PUT", "/profile/@a:b/displayname").route.path == "/profile/{userId}/displayname"


def test_method_of_the_variable_path_is_found_behind_a_literal_one(rooms: RouteTable) -> None:
    match = rooms.find("DELETE", "/profile/@a:b/displayname")
    assert match.params == {"userId": "@a:b", "keyName": "displayname"}


def test_head_is_answered_by_get(rooms: RouteTable) -> None:
    assert rooms.find("HEAD", "/rooms/!a:b/state").route.method == "GET"


def test_rest_of_the_path_keeps_its_slashes(rooms: RouteTable) -> None:
    assert rooms.find("GET", "/files/a/b%20c/d").params == {"path": "a/b c/d"}


def test_trailing_slash_counts(rooms: RouteTable) -> None:
    assert rooms.find("GET", "/pushrules/").route.path == "/pushrules/"
    with pytest.raises(Unrecognized):
        rooms.find("GET", "/pushrules")


@pytest.mark.parametrize("path", ["/", "", "*", "/room", "/rooms/!a:b/state/x/y/z", "http://evil/rooms"])
def test_unknown_path_is_unrecognized(rooms: RouteTable, path: str) -> None:
    with pytest.raises(Unrecognized):
        rooms.find("GET", path)


@pytest.mark.parametrize("path", ["/rooms/!a:b/state", "/profile/@a:b/x", "/files/x"])
def test_wrong_method_is_told_from_unknown_path(rooms: RouteTable, path: str) -> None:
    with pytest.raises(MethodNotAllowed):
        rooms.find("POST", path)


@pytest.mark.parametrize("segment", ["%ff", "%00", "a%00b", "%c3%28", "%ed%a0%80", "\udcff"])
def test_path_that_is_no_text_is_refused(rooms: RouteTable, segment: str) -> None:
    with pytest.raises(InvalidParam):
        rooms.find("GET", f"/rooms/{segment}/state")


def test_path_as_long_as_a_request_line_may_be_is_decoded(rooms: RouteTable) -> None:
    assert rooms.find("GET", f"/rooms/{'%41' * 5000}/state").params["roomId"] == "A" * 5000


def test_same_method_and_path_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        table("GET /a/{x}", "GET /a/{y}")


def test_paths_of_before_v1_1_lead_to_the_same_routes() -> None:
    rooms = table(
        "GET /_matrix/client/v3/rooms/{roomId}/state",
        "GET /_matrix/client/v1/rooms/{roomId}/hierarchy",
        "GET /_matrix/media/v3/config",
    )
    match = rooms.find("GET", "/_matrix/client/r0/rooms/!a:b/state")
    assert match.route.path == "/_matrix/client/v3/rooms/{roomId}/state"
    assert match.params == {"roomId": "!a:b"}
    assert rooms.find("GET", "/_matrix/media/r0/config").route.path == "/_matrix/media/v3/config"
    with pytest.raises(Unrecognized):
        rooms.find("GET", "/_matrix/client/r0/rooms/!a:b/hierarchy")
