"""Application services and users of other servers."""

from pathlib import Path
from urllib.parse import quote

from homeserver.json_types import JsonValue
from tests.api.bridge_support import Ghost
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send
from tests.support.application_service import ApplicationService
from tests.support.federation_servers import ServerMaker


def ghost_of(client: ApiClient, bridge: ApplicationService, user_id: str) -> Ghost:
    return Ghost(client.session, client.base_url, None, bridge.as_token, user_id)


async def test_other_servers_reach_aliases_and_users_that_are_made_when_they_are_asked_for(
    server_maker: ServerMaker, tmp_path: Path
) -> None:
    """An invite into a room of another server is told with what the room looks like."""
    bridge = ApplicationService()
    await bridge.start()
    registration = bridge.write(tmp_path / "appservices")
    async with (
        server_maker.running({"appservices": [str(registration)]}) as here,
        server_maker.running() as there,
    ):
        bot = ghost_of(here.client, bridge, f"@_irc_bot:{here.name}")
        ghost = ghost_of(here.client, bridge, f"@_irc_bob:{here.name}")
        carol = await there.user("carol")
        alias = f"#_irc_chan:{here.name}"

        async def make_room() -> tuple[int, JsonValue]:
            await create(bot, preset="public_chat", room_alias_name="_irc_chan")
            return 200, {}

        async def make_user() -> tuple[int, JsonValue]:
            body = {"type": "m.login.application_service", "username": "_irc_bob", "inhibit_login": True}
            (await here.client.with_token(bridge.as_token).post("/register", body)).ok()
            return 200, {}

        bridge.answers |= {f"/rooms/{alias}": make_room, f"/users/{ghost.user_id}": make_user}
        (await join(carol, alias)).ok()
        profile = await carol.get(f"/profile/{quote(ghost.user_id)}")
        assert profile.ok()["displayname"] == "_irc_bob"
        await bridge.until(lambda: any(event["sender"] == carol.user_id for event in bridge.events))

        room_id = await create(carol, name="Elsewhere")
        (await act(carol, room_id, "invite", ghost.user_id)).ok()
        await bridge.until(lambda: any(event["room_id"] == room_id for event in bridge.events))
        invite = next(event for event in bridge.events if event["room_id"] == room_id)
        assert (invite["state_key"], invite["content"]["membership"]) == (ghost.user_id, "invite")
        shown = {event["type"] for event in invite["unsigned"]["invite_room_state"]}
        assert "m.room.name" in shown
        (await join(ghost, room_id)).ok()
        (await send(carol, room_id, {"msgtype": "m.text", "body": "hello"})).ok()
        await bridge.until(lambda: bridge.of_type("m.room.message"))
    await bridge.stop()
