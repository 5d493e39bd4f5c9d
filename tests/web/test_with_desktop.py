"""The desktop client in a window and the web client in a browser: what somebody does in one, the other shows.

With the environment variable SCREENSHOTS, a picture of each at the end is kept there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.desktop.driven import story
from tests.desktop.driven.desk import Desk, open_desk
from tests.desktop.js_partner import JsPartner
from tests.support.parlour_process import running_parlour
from tests.support.pictures import png
from tests.support.ports import free_port
from tests.support.xvfb import running_xvfb
from tests.web.told_browser import told_browser

ROOM = "Mountain hut"
COMPOSER = f"Message {ROOM}, encrypted"
FROM_DESKTOP = (640, 400)
FROM_WEB = (320, 480)


@pytest.fixture
async def server_url(tmp_path: Path, database_url: str) -> AsyncIterator[str]:
    """A new server that serves the web client, too."""
    await asyncio.to_thread(build_if_stale)
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "database_url": database_url,
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
    }
    async with running_parlour(tmp_path / "server", settings) as server:
        yield server.base_url


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path / "pictures")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.interop
@pytest.mark.timeout(300)
async def test_desktop_and_web_client_get_along(server_url: str, pictures: Path, tmp_path: Path) -> None:
    with running_xvfb() as display:
        async with (
            open_desk(display, tmp_path / "desktop", tmp_path / "desktop.log") as desk,
            told_browser(server_url, pictures) as web,
        ):
            await story.register(desk, server_url, "alice")
            await story.set_up_recovery(desk)
            web.user_id = (await web.do("arrive", name="carol"))["userId"]
            await story.make_room(desk, ROOM)
            await story.invite(desk, web.user_id)
            await web.do("joinWherever")
            await story.verify_by_emoji(desk, web)
            await web.do("openRoom", name=ROOM)
            await _talk(desk, web)
            await _react(desk, web)
            await _talk_in_thread(desk, web)
            await _exchange_pictures(desk, web, tmp_path)
            await _trust_each_other(desk, web)
            await desk.rest()
            await desk.ask("grab", path=str(pictures / "with-web.png"))
            await web.do("keepPicture", name="with-desktop")
            await web.do("expectNoFaults")


async def _talk(desk: Desk, web: JsPartner) -> None:
    """Text, typing, receipts, replies and edits, each way."""
    await desk.click(COMPOSER)
    await desk.type("Shall we go on Saturday?")
    await web.do("readsTyping", userId=await desk.ask("user"))
    await desk.press("Return")
    await web.do("reads", text="Shall we go on Saturday?")
    await desk.ask("place", name="Read by carol")
    await web.do("begin", text="Gla")
    await desk.reads("carol is typing")
    await web.do("reply", message="Shall we go on Saturday?", text="Gladly!")
    await desk.ask("place", name="In reply to alice: Shall we go on Saturday?")
    await web.do("seesReader", message="Gladly!", userId=await desk.ask("user"))

    await story.act_on(desk, "Gladly!", "Reply")
    await desk.say("Then at **eight**")
    await web.do("readsReply", message="Gladly!", text="Then at eight")

    await web.do("edit", message="Gladly!", text="With pleasure!")
    await desk.reads("With pleasure!")
    await desk.reads("(edited)")
    await story.act_on(desk, "Shall we go on Saturday?", "Edit")
    await desk.press("ctrl+a")
    await desk.say("Shall we go on Sunday?")
    await web.do("readsEdited", text="Shall we go on Sunday?")


async def _react(desk: Desk, web: JsPartner) -> None:
    await story.act_on(desk, "With pleasure!", "👍")
    await web.do("seesReaction", message="With pleasure!", text="👍")
    await web.do("react", message="Shall we go on Sunday?", text="❤️")
    await desk.ask("place", name="❤️: carol")


async def _talk_in_thread(desk: Desk, web: JsPartner) -> None:
    """One begins a thread, the other answers in it."""
    await story.act_on(desk, "With pleasure!", "Reply in a thread")
    await desk.click("Reply in this thread")
    await desk.say("Who brings the map?")
    await web.do("readsInThread", message="With pleasure!", text="Who brings the map?")
    await web.do("sayInThread", text="It hangs in the hut")
    await desk.reads("It hangs in the hut")
    await web.do("closeThread")
    await desk.click("Close")
    await desk.ask("place", name="2 replies", part=True)


async def _exchange_pictures(desk: Desk, web: JsPartner, folder: Path) -> None:
    hut, slope = folder / "hut.png", folder / "slope.png"
    hut.write_bytes(png(*FROM_DESKTOP))
    slope.write_bytes(png(*FROM_WEB))
    await desk.click(COMPOSER)
    name = await story.send_picture(desk, hut)
    assert await web.do("seesPicture", name=name) == list(FROM_DESKTOP)
    await web.do("sendPicture", path=str(slope))
    await desk.ask("place", name="slope.png", role="Graphic")
    await desk.ask("drawn", name="slope.png")


async def _trust_each_other(desk: Desk, web: JsPartner) -> None:
    """Each side says that the other is verified, and nothing against any message."""
    await web.do("seesNewest")
    await web.do("seesVerified", userId=await desk.ask("user"))
    assert await web.do("shields") == []
    await desk.press("ctrl+shift+m")
    await desk.click("carol", under="People", part=True)
    await desk.reads("Verified")
    for doubt in ("Sent from a device", "is not proven", "Not encrypted"):
        await desk.reads_no_more(doubt)
    await desk.press("Escape")
    await desk.click("Close")
