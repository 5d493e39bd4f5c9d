"""Errors that the specification names for an operation, and that no test of the own brings about."""

from dataclasses import dataclass
from urllib.parse import quote

import pytest

from homeserver.accounts.moderate import set_admin
from homeserver.http.context import Services
from homeserver.json_types import JsonValue
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path, send, set_state

NO_JSON = b"{"
PUBLIC_KEY = "nqOvzeuGWT/sRx3h7+MHoInYj3Uk2LD/unI9kDYcHwk"
SESSION: JsonValue = {
    "first_message_index": 0,
    "forwarded_count": 0,
    "is_verified": True,
    "session_data": {"ephemeral": "e", "ciphertext": "c", "mac": "m"},
}
BACKUP: JsonValue = {
    "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
    "auth_data": {"public_key": PUBLIC_KEY, "signatures": {}},
}


@dataclass(frozen=True)
class Case:
    """A request, and the status and error code it is to be answered with; bytes are sent as they are."""

    request: str
    body: object
    refusal: str

    async def check(self, sender: ApiClient) -> str | None:
        """Send it; return what is wrong with the answer."""
        method, _, path = self.request.partition(" ")
        raw = self.body if isinstance(self.body, bytes) else None
        body = None if isinstance(self.body, bytes) else self.body
        reply = await sender.request(method, path, body, data=raw)
        answered = f"{reply.status} {reply.errcode}"
        return None if answered == self.refusal else f"{self.request}: {answered}, not {self.refusal}"


async def check_all(sender: ApiClient, cases: list[Case]) -> None:
    problems = [await case.check(sender) for case in cases]
    assert not any(problems), "\n".join(filter(None, problems))


async def test_account_data_and_profiles(alice: ApiClient, bob: ApiClient) -> None:
    data = [f"/user/{alice.user_id}", f"/user/{alice.user_id}/rooms/!room:example.org"]
    others = [path.replace(alice.user_id, bob.user_id) for path in data]
    cases = [
        case
        for own, other in zip(data, others, strict=True)
        for case in (
            Case(f"GET {other}/account_data/org.x", None, "403 M_FORBIDDEN"),
            Case(f"GET {own}/account_data/org.x", None, "404 M_NOT_FOUND"),
            Case(f"PUT {other}/account_data/org.x", {}, "403 M_FORBIDDEN"),
            Case(f"PUT {own}/account_data/org.x", NO_JSON, "400 M_NOT_JSON"),
            Case(f"PUT {own}/account_data/org.x", [], "400 M_BAD_JSON"),
            Case(f"PUT {own}/account_data/m.fully_read", {}, "405 M_BAD_JSON"),
        )
    ]
    profile = f"/profile/{alice.user_id}"
    cases += [
        Case(f"GET /user/{alice.user_id}/rooms/x/account_data/org.x", None, "400 M_INVALID_PARAM"),
        Case(f"PUT /user/{alice.user_id}/rooms/x/account_data/org.x", {}, "400 M_INVALID_PARAM"),
        Case(f"GET /user/{alice.user_id}/filter/none", None, "404 M_NOT_FOUND"),
        Case(f"PUT {profile}/displayname", NO_JSON, "400 M_NOT_JSON"),
        Case(f"PUT {profile}/displayname", [], "400 M_BAD_JSON"),
        Case(f"PUT {profile}/displayname", {}, "400 M_MISSING_PARAM"),
        Case(f"PUT {profile}/displayname", {"displayname": 1}, "400 M_INVALID_PARAM"),
        Case(f"PUT {profile}/{'x' * 256}", {"x" * 256: 1}, "400 M_KEY_TOO_LARGE"),
        Case(f"PUT {profile}/org.x", {"org.x": "x" * 65_536}, "400 M_PROFILE_TOO_LARGE"),
        Case(f"PUT /profile/{bob.user_id}/displayname", {"displayname": "x"}, "403 M_FORBIDDEN"),
        Case(f"DELETE /profile/{bob.user_id}/displayname", None, "403 M_FORBIDDEN"),
        Case(f"DELETE {profile}/%20", None, "400 M_INVALID_PARAM"),
        Case("GET /profile/@nobody:example.org", None, "404 M_NOT_FOUND"),
        Case(f"GET {profile}/org.none", None, "404 M_NOT_FOUND"),
        Case(f"GET /presence/{bob.user_id}/status", None, "403 M_FORBIDDEN"),
    ]
    await check_all(alice, cases)


async def test_administration_of_accounts(alice: ApiClient, bob: ApiClient, services: Services) -> None:
    await set_admin(services.accounts, await services.rooms.names.intern_user(alice.user_id), True)  # type: ignore[arg-type]
    for what, member in (("lock", "locked"), ("suspend", "suspended")):
        here = f"/_matrix/client/v1/admin/{what}"
        body: JsonValue = {member: True}
        for method, content in (("GET", None), ("PUT", body)):
            cases = [
                Case(f"{method} {here}/@a:elsewhere.org", content, "400 M_INVALID_PARAM"),
                Case(f"{method} {here}/@nobody:example.org", content, "404 M_NOT_FOUND"),
            ]
            await check_all(alice, cases)
            await check_all(bob, [Case(f"{method} {here}/{alice.user_id}", content, "403 M_FORBIDDEN")])


async def test_keys_and_their_backups(alice: ApiClient) -> None:
    room = "!room:example.org"
    keys = "/room_keys/keys"
    none = [
        Case(f"{method} {keys}{rest}?version=99", None, "404 M_NOT_FOUND")
        for method in ("GET", "DELETE")
        for rest in ("", f"/{room}", f"/{room}/session")
    ]
    rooms: JsonValue = {"rooms": {room: {"sessions": {"session": SESSION}}}}
    sessions: JsonValue = {"sessions": {"session": SESSION}}
    bodies = (("", rooms), (f"/{room}", sessions), (f"/{room}/session", SESSION))
    none += [Case(f"PUT {keys}{rest}?version=99", body, "404 M_NOT_FOUND") for rest, body in bodies]
    none += [
        Case("GET /room_keys/version", None, "404 M_NOT_FOUND"),
        Case("GET /room_keys/version/99", None, "404 M_NOT_FOUND"),
        Case("PUT /room_keys/version/99", BACKUP, "404 M_NOT_FOUND"),
        Case("DELETE /room_keys/version/99", None, "404 M_NOT_FOUND"),
    ]
    await check_all(alice, none)
    old, new = [(await alice.post("/room_keys/version", BACKUP)).ok()["version"] for _ in range(2)]
    stale = [
        Case(f"PUT {keys}{rest}?version={old}", body, "403 M_WRONG_ROOM_KEYS_VERSION")
        for rest, body in bodies
    ]
    assert isinstance(BACKUP, dict)
    stale += [
        Case(f"PUT /room_keys/version/{new}", {**BACKUP, "version": old}, "400 M_INVALID_PARAM"),
        Case(f"GET {keys}/{room}/session?version={new}", None, "404 M_NOT_FOUND"),
        Case("POST /keys/device_signing/upload", {"self_signing_key": 1}, "400 M_BAD_JSON"),
    ]
    await check_all(alice, stale)


async def test_rooms_that_are_not_there_or_not_for_all(alice: ApiClient, bob: ApiClient) -> None:
    room = room_path("!none:example.org")
    hidden = room_path(await create(bob))
    v1 = f"/_matrix/client/v1{hidden}"
    cases = [
        Case("POST /createRoom", NO_JSON, "400 M_NOT_JSON"),
        Case("POST /createRoom", [], "400 M_BAD_JSON"),
        Case("POST /createRoom", {"room_version": "nonsense"}, "400 M_UNSUPPORTED_ROOM_VERSION"),
        Case(f"POST {hidden}/invite", NO_JSON, "400 M_NOT_JSON"),
        Case(f"POST {hidden}/invite", [], "400 M_BAD_JSON"),
        Case(f"POST {hidden}/invite", {"user_id": bob.user_id}, "403 M_FORBIDDEN"),
        Case(f"POST {hidden}/join", {}, "403 M_FORBIDDEN"),
        Case(f"POST {hidden.replace('/rooms', '/join')}", {}, "403 M_FORBIDDEN"),
        Case(f"POST {hidden.replace('/rooms', '/knock')}", {}, "403 M_FORBIDDEN"),
        Case(f"POST /knock/{quote('#none:example.org')}", {}, "404 M_NOT_FOUND"),
        *(
            Case(f"POST {hidden}/{verb}", {"user_id": bob.user_id}, "403 M_FORBIDDEN")
            for verb in ("kick", "ban", "unban")
        ),
        Case(f"POST {hidden}/upgrade", {"new_version": "11"}, "403 M_FORBIDDEN"),
        *(
            Case(f"GET {hidden}/{what}", None, "403 M_FORBIDDEN")
            for what in ("aliases", "messages?dir=b", "initialSync", "state", "members", "joined_members")
        ),
        Case(f"GET {hidden}/state/m.room.name/", None, "403 M_FORBIDDEN"),
        Case(f"PUT {hidden}/state/m.room.name/", {"name": "x"}, "403 M_FORBIDDEN"),
        Case(f"GET {hidden}/event/$none", None, "404 M_NOT_FOUND"),
        Case(f"GET {v1}/hierarchy", None, "403 M_FORBIDDEN"),
        Case(f"GET {v1}/threads", None, "403 M_FORBIDDEN"),
        *(
            Case(f"GET {v1}/relations/$none{rest}", None, "404 M_NOT_FOUND")
            for rest in ("", "/m.thread", "/m.thread/m.room.message")
        ),
        Case(f"GET /directory/list{room.replace('/rooms', '/room')}", None, "404 M_NOT_FOUND"),
        Case(f"PUT /directory/list{room.replace('/rooms', '/room')}", {}, "404 M_NOT_FOUND"),
        Case("GET /_matrix/client/v1/room_summary/!none:example.org", None, "404 M_NOT_FOUND"),
        Case(f"POST {room}/report", {"reason": "x"}, "404 M_NOT_FOUND"),
        Case(f"POST {hidden}/report/$none", {"reason": "x"}, "404 M_NOT_FOUND"),
        Case("POST /users/@nobody:example.org/report", {"reason": "x"}, "404 M_NOT_FOUND"),
        Case("GET /rooms/x/aliases", None, "400 M_INVALID_PARAM"),
        Case("GET /events/$none", None, "404 M_NOT_FOUND"),
        Case("GET /events?from=x", None, "400 M_INVALID_PARAM"),
        Case("GET /_matrix/client/v1/mutual_rooms?user_id=x", None, "400 M_INVALID_PARAM"),
        Case("POST /search", {"search_categories": 1}, "400 M_BAD_JSON"),
    ]
    await check_all(alice, cases)


async def test_within_a_room(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat", room_alias_name="taken")
    here = room_path(room_id)
    v1 = f"/_matrix/client/v1{here}"
    (await join(bob, room_id)).ok()
    event_id = (await send(alice, room_id)).ok()["event_id"]
    annotation: JsonValue = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": "x"}}
    (await send(alice, room_id, annotation, "m.reaction")).ok()
    block: JsonValue = {"default_action": "block"}
    (await bob.put(f"/user/{bob.user_id}/account_data/m.invite_permission_config", block)).ok()
    (await act(bob, room_id, "leave")).ok()
    other = {"user_id": bob.user_id}
    aliases = {"alias": "#none:example.org"}
    cases = [
        Case(f"PUT {here}/send/m.reaction/again", annotation, "400 M_DUPLICATE_ANNOTATION"),
        Case(f"POST {here}/invite", other, "403 M_INVITE_BLOCKED"),
        Case(
            f"PUT {here}/state/m.room.member/{bob.user_id}", {"membership": "invite"}, "403 M_INVITE_BLOCKED"
        ),
        Case("POST /createRoom", {"invite": [bob.user_id]}, "403 M_INVITE_BLOCKED"),
        Case("POST /createRoom", {"room_alias_name": "taken"}, "400 M_ROOM_IN_USE"),
        Case(
            "POST /createRoom",
            {"initial_state": [{"type": "m.room.power_levels", "state_key": "", "content": {"users": 1}}]},
            "400 M_INVALID_ROOM_STATE",
        ),
        Case(f"PUT {here}/state/m.room.canonical_alias/", aliases, "400 M_BAD_ALIAS"),
        Case(f"PUT {here}/state/m.room.canonical_alias/", {"alias": "x"}, "400 M_INVALID_PARAM"),
        Case(f"POST {here}/upgrade", {"new_version": "nonsense"}, "400 M_UNSUPPORTED_ROOM_VERSION"),
        Case(f"POST {here}/forget", {}, "400 M_UNKNOWN"),
        Case(f"POST {here}/receipt/nonsense/{event_id}", {}, "400 M_INVALID_PARAM"),
        Case(f"GET {here}/state/m.none/", None, "404 M_NOT_FOUND"),
        Case(f"GET {v1}/timestamp_to_event?ts=9999999999999&dir=f", None, "404 M_NOT_FOUND"),
        Case(f"GET {v1}/hierarchy?from=x", None, "400 M_INVALID_PARAM"),
        Case(f"GET {v1}/threads?from=x", None, "400 M_INVALID_PARAM"),
        Case(f"PUT /directory/room/{quote('#taken:example.org')}", {"room_id": room_id}, "409 M_UNKNOWN"),
        Case("PUT /directory/room/x", {"room_id": room_id}, "400 M_INVALID_PARAM"),
        Case("GET /directory/room/x", None, "400 M_INVALID_PARAM"),
        Case(f"GET /directory/room/{quote('#none:example.org')}", None, "404 M_NOT_FOUND"),
        Case(f"DELETE /directory/room/{quote('#none:example.org')}", None, "404 M_NOT_FOUND"),
    ]
    await check_all(alice, cases)
    assert (await set_state(alice, room_id, "m.room.name", {"name": "still here"})).status == 200


async def test_devices_push_rules_and_networks(alice: ApiClient) -> None:
    rule = "/pushrules/global/content/none"
    cases = [
        Case("GET /devices/NONE", None, "404 M_NOT_FOUND"),
        Case("PUT /devices/NONE", {}, "404 M_NOT_FOUND"),
        Case("POST /pushers/set", {"kind": "http", "app_id": "x", "pushkey": "x"}, "400 M_MISSING_PARAM"),
        *(
            Case(f"{method} {rule}{rest}", body, "404 M_NOT_FOUND")
            for method, rest, body in (
                ("GET", "", None),
                ("DELETE", "", None),
                ("GET", "/enabled", None),
                ("PUT", "/enabled", {"enabled": True}),
                ("GET", "/actions", None),
                ("PUT", "/actions", {"actions": []}),
            )
        ),
        Case(f"PUT {rule}?before=missing", {"actions": [], "pattern": "x"}, "400 M_UNKNOWN"),
        *(
            Case(f"GET /thirdparty/{rest}", None, "404 M_NOT_FOUND")
            for rest in (
                "protocol/none",
                "user/none",
                "location/none",
            )
        ),
        Case("GET /login/sso/redirect/none?redirectUrl=app:/", None, "404 None"),
    ]
    await check_all(alice, cases)


async def test_logging_in_and_registering(client: ApiClient, alice: ApiClient) -> None:
    identifier = {"type": "m.id.user", "user": "alice"}
    cases = [
        Case("POST /login", {"type": "nonsense"}, "400 M_UNKNOWN"),
        Case(
            "POST /login",
            {"type": "m.login.password", "identifier": identifier, "password": "x"},
            "403 M_FORBIDDEN",
        ),
        Case("POST /refresh", {"refresh_token": "x"}, "401 M_UNKNOWN_TOKEN"),
        Case("POST /register", {"username": "alice"}, "400 M_USER_IN_USE"),
        Case("POST /register", {"username": "Ä"}, "400 M_INVALID_USERNAME"),
        Case("POST /register?kind=guest", {}, "403 M_FORBIDDEN"),
        Case("GET /register/available?username=alice", None, "400 M_USER_IN_USE"),
        Case("GET /register/available?username=%C3%84", None, "400 M_INVALID_USERNAME"),
        Case("GET /.well-known/matrix/support", None, "404 M_NOT_FOUND"),
        Case("GET /.well-known/matrix/policy_server", None, "404 M_NOT_FOUND"),
    ]
    await check_all(client, cases)
    reply = await alice.request("POST", "/_matrix/client/v1/login/get_token", data=NO_JSON)
    assert reply.status == 400


@pytest.mark.parametrize("overrides", [{"media": {"max_upload": 10, "allow_unauthenticated": True}}])
async def test_media_that_is_not_there_yet_or_too_large(alice: ApiClient) -> None:
    uri = (await alice.post("/_matrix/media/v1/create")).ok()["content_uri"].removeprefix("mxc://")
    refusal = "504 M_NOT_YET_UPLOADED"
    cases = [
        Case(f"GET {base}/{rest}timeout_ms=0", None, refusal)
        for base in ("/_matrix/client/v1/media", "/_matrix/media/v3")
        for rest in (f"download/{uri}?", f"download/{uri}/name?", f"thumbnail/{uri}?width=8&height=8&")
    ]
    cases += [
        Case(f"PUT /_matrix/media/v3/upload/{uri}", b"x" * 11, "413 M_TOO_LARGE"),
        Case("PUT /_matrix/media/v3/upload/example.org/none", b"x", "404 M_NOT_FOUND"),
    ]
    await check_all(alice, cases)
    uri = (await alice.request("POST", "/_matrix/media/v3/upload", data=b"x")).ok()["content_uri"][6:]
    thumbnail = f"GET /_matrix/media/v3/thumbnail/{uri}?width=8&height=8"
    await check_all(alice, [Case(thumbnail, None, "400 M_UNKNOWN")])


@pytest.mark.parametrize("overrides", [{"auth": {"password_hash": "minimum", "oauth": False}}])
async def test_without_oauth(client: ApiClient) -> None:
    reply = await client.get("/_matrix/client/v1/auth_metadata")
    assert (reply.status, reply.errcode) == (404, "M_UNRECOGNIZED")
