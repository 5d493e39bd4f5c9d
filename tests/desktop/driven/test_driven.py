"""The desktop client, used by mouse and keys in a real window, with matrix-js-sdk on the other side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desktop.driven import story
from tests.desktop.driven.conftest import OpenDesk, Place
from tests.desktop.driven.desk import Desk
from tests.desktop.js_partner import JsPartner, js_partner
from tests.support.pictures import png

COMPOSER = "Message Mountain hut, encrypted"


async def test_somebody_new_gets_along(on_parlour: Place, open_desktop: OpenDesk) -> None:
    desk = await open_desktop("first")
    async with js_partner(on_parlour.url) as bob:
        await bob.log_in("bob")
        await bob.do("makeIdentity")
        await on_parlour.enter(desk, "alice")
        await story.set_up_recovery(desk)
        room_id = await story.make_room(desk, "Mountain hut")
        await story.invite(desk, bob.user_id)
        await bob.do("join", roomId=room_id)
        await story.verify_by_emoji(desk, bob)

        await desk.click(COMPOSER)
        await desk.say("Shall we go on Saturday?")
        heard = await bob.do("read", roomId=room_id, body="Shall we go on Saturday?")
        assert heard["encrypted"]
        await bob.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "Gladly!"})
        await desk.reads("Gladly!")
        await _lose_the_network(desk, on_parlour, bob, room_id)


@pytest.fixture(params=["parlour", "synapse"])
def anywhere(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue(f"on_{request.param}")
    return place


@pytest.mark.interop
@pytest.mark.timeout(240)
async def test_everything_that_people_exchange_and_a_second_desktop(
    anywhere: Place, open_desktop: OpenDesk, tmp_path: Path
) -> None:
    desk = await open_desktop("first")
    await anywhere.enter(desk, "alice")
    key = await story.set_up_recovery(desk)
    await anywhere.make_account("bob")
    async with js_partner(anywhere.url) as bob:
        await bob.log_in("bob", again=True)
        await bob.do("makeIdentity")
        room_id = await story.make_room(desk, "Mountain hut")
        await story.invite(desk, bob.user_id)
        await bob.do("join", roomId=room_id)
        await story.verify_by_emoji(desk, bob)
        await desk.click(COMPOSER)
        await desk.say("Shall we go on Saturday?")
        await _exchange(desk, bob, room_id)
        picture = tmp_path / "hut.png"
        picture.write_bytes(png(640, 400))
        name = await story.send_picture(desk, picture)
        sent = await bob.do("read", roomId=room_id, body=name)
        assert sent["content"]["msgtype"] == "m.image"
        assert "PNG" in (await bob.do("readFile", file=sent["content"]["file"]))[:8]
        await _lose_the_network(desk, anywhere, bob, room_id)
    second = await open_desktop("second")
    await story.sign_in(second, anywhere.wire.url, "alice")
    await story.recover(second, key)
    await second.click("Mountain hut", under="Rooms", part=True)
    for text in ("Shall we go on Sunday?", "Gladly!", "Are you there?"):
        await second.reads(text)


async def _exchange(desk: Desk, bob: JsPartner, room_id: str) -> None:
    """Text, reply, edit, reaction and thread, each way."""
    first = await bob.do("read", roomId=room_id, body="Shall we go on Saturday?")
    assert first["encrypted"]
    answer = {"msgtype": "m.text", "body": "Gladly!", "m.relates_to": _reply_to(first["eventId"])}
    answered = await bob.do("send", roomId=room_id, content=answer)
    await desk.reads("Gladly!")

    await story.act_on(desk, "Gladly!", "Reply")
    await desk.say("Then at eight")
    reply = await bob.do("read", roomId=room_id, body="Then at eight")
    assert reply["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == answered

    await story.act_on(desk, "Shall we go on Saturday?", "Edit")
    await desk.press("ctrl+a")
    await desk.say("Shall we go on Sunday?")
    await bob.do("read", roomId=room_id, body="Shall we go on Sunday?")

    await story.act_on(desk, "Gladly!", "👍")
    await bob.do("waitForReaction", roomId=room_id, eventId=answered, key="👍")
    reaction = {"rel_type": "m.annotation", "event_id": first["eventId"], "key": "🎿"}
    await bob.do("send", roomId=room_id, type="m.reaction", content={"m.relates_to": reaction})
    await desk.ask("place", name="🎿", part=True)

    await story.act_on(desk, "Gladly!", "Reply in a thread")
    await desk.click("Reply in this thread")
    await desk.say("Who brings the map?")
    thread = await bob.do("read", roomId=room_id, body="Who brings the map?")
    assert thread["content"]["m.relates_to"]["rel_type"] == "m.thread"
    assert thread["content"]["m.relates_to"]["event_id"] == answered
    await desk.click("Close")
    await desk.click(COMPOSER)


def _reply_to(event_id: str) -> dict[str, object]:
    return {"m.in_reply_to": {"event_id": event_id}}


async def _lose_the_network(desk: Desk, place: Place, bob: JsPartner, room_id: str) -> None:
    """What each wrote while the network was gone arrives once it is back."""
    await place.wire.cut()
    await desk.reads("No connection")
    await desk.say("Written without a network")
    await bob.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "Are you there?"})
    await place.wire.mend()
    await desk.reads("Are you there?")
    await bob.do("read", roomId=room_id, body="Written without a network")
    await desk.reads_no_more("No connection")
