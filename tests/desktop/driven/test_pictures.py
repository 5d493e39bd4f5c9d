"""Pictures of every main view, in light and dark, large and small, with people in it.

They are kept where SCREENSHOTS says.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stages import Stage, StageAnswer
from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.core.clock import SystemClock
from client_desktop.core.values import SyncState
from tests.desktop.clients import make_client
from tests.desktop.driven import story
from tests.desktop.driven.conftest import OpenDesk, Place
from tests.desktop.driven.desk import Desk
from tests.desktop.driven.people import Person, settle
from tests.desktop.waiting import until

SIZES = ((1280, 800), (900, 600))
THEMES = ("light", "dark")
MOST_BYTES = 150_000
COLORS = 128

Shoot = Callable[[str], Awaitable[None]]


@pytest.mark.interop
@pytest.mark.timeout(900)
async def test_pictures_of_every_view(on_parlour: Place, open_desktop: OpenDesk, tmp_path: Path) -> None:
    desk = await open_desktop("first")
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))

    taken: dict[str, int] = {}

    async def shoot(name: str) -> None:
        await desk.rest()
        for width, height in SIZES:
            await desk.ask("resize", width=width, height=height)
            for theme in THEMES:
                await desk.ask("prefer", name="theme", value=theme)
                file = folder / f"{name}-{theme}-{width}x{height}.png"
                await desk.ask("grab", path=str(file))
                taken[file.name] = await asyncio.to_thread(_make_small, file)
        await desk.ask("prefer", name="theme", value="light")
        await desk.ask("resize", width=SIZES[0][0], height=SIZES[0][1])

    await _first_steps(desk, on_parlour, shoot)
    await desk.ask("prefer", name="linksOffered", value=True)
    async with aiohttp.ClientSession() as http:
        people = await settle(http, on_parlour.url, await desk.ask("user"))
        await _invitation(desk, shoot)
        await _room(desk, shoot)
        await _picture_and_poll(desk, shoot)
        async with _at_home(people["yuki"], http, tmp_path) as yuki:
            await _encrypted(desk, yuki, shoot)
    await _space(desk, shoot)
    await _languages(desk, shoot)
    await _dialogs(desk, shoot)
    await _settings(desk, shoot)
    assert [name for name, size in taken.items() if size > MOST_BYTES] == []


async def _first_steps(desk: Desk, place: Place, shoot: Shoot) -> None:
    await story.choose_server(desk, place.wire.url)
    await shoot("sign-in")
    await desk.click("createAccount")
    await desk.fill("newName", "alice")
    await desk.fill("newPassword", story.PASSWORD)
    await shoot("register")
    await desk.click("register")
    await desk.ask("place", name="makeKey")
    await shoot("recovery")
    await story.set_up_recovery(desk)
    await shoot("empty")


async def _invitation(desk: Desk, shoot: Shoot) -> None:
    await desk.click("Ski tour", under="Rooms", part=True)
    await desk.reads("invites you to Ski tour")
    await shoot("invitation")
    await desk.click("Accept")
    await desk.reads("Message Ski tour")
    for row, room in (("Allotment 14,", "Allotment 14"), ("Yuki 🌸, ", "Yuki 🌸")):
        await desk.click(row, under="Rooms", part=True)
        await desk.reads(f"invites you to {room}")
        await desk.click("Accept")
        await desk.ask("place", name=f"Message {room}")
    await desk.click("Ski tour", under="Rooms", part=True)
    await desk.reads("Who brings the rope?")
    await desk.reads("🎿🏔️☀️")


async def _room(desk: Desk, shoot: Shoot) -> None:
    await desk.click("Message Ski tour")
    await desk.say("Count me in! I bring **cake**.")
    await desk.reads("Count me in!")
    await shoot("room")
    await story.act_on(desk, "Who brings the rope?", "Reply in a thread")
    await desk.reads("That is enough for us.")
    await shoot("thread")
    await desk.press("ctrl+shift+m")
    await desk.reads("Find a person")
    await shoot("people")
    await desk.press("ctrl+shift+i")
    await desk.reads("Not encrypted")
    await shoot("room-details")
    await desk.press("ctrl+f")
    await desk.ask("place", name="Search Ski tour")
    await desk.type("train")
    await desk.reads("early train")
    await shoot("search")
    await desk.click("Close")
    await desk.click("Message Ski tour")
    await desk.press("ctrl+period")
    await desk.ask("place", name="Find an emoji")
    await shoot("emoji")
    await _close(desk, "Find an emoji")


async def _picture_and_poll(desk: Desk, shoot: Shoot) -> None:
    await desk.click("ridge.png", -1, under="Messages")  # an answer names it, too
    await desk.ask("place", name="Close", nth=-1)
    await shoot("viewer")
    await desk.press("Escape")
    await desk.click("Allotment 14", under="Rooms", part=True)
    await desk.reads("What do you water on Sunday?")
    await desk.reads("The beds at the pond")
    await shoot("poll")


@asynccontextmanager
async def _at_home(person: Person, http: aiohttp.ClientSession, folder: Path) -> AsyncIterator[Client]:
    """Somebody with this client's engine, without a window."""
    me = Session(person.user_id, person.device_id, person.url, person.access_token)
    client = make_client(me, http, Changes(), folder / person.name, clock=SystemClock())
    try:
        await client.start()
        await client.sync.until(SyncState.LIVE)
        await client.crypto.set_up(Nobody())
        yield client
    finally:
        await client.close()


class Nobody:
    """Proves nothing: a first identity needs no proof."""

    async def ask(self, stage: Stage) -> StageAnswer | None:
        return None


async def _encrypted(desk: Desk, yuki: Client, shoot: Shoot) -> None:
    room_id = await story.make_room(desk, "A surprise for Tom")
    await story.invite(desk, yuki.me.user_id)
    await yuki.rooms.join(room_id)
    await until(lambda: yuki.rooms.summary(room_id) is not None)
    for text in ("Nobody reads along here, do they?", "He turns 40 on the 12th. I thought of a **cake** 🎂"):
        yuki.outbox.send_text(room_id, text)
    await desk.reads("He turns 40")
    await desk.click("Message A surprise for Tom, encrypted")
    await desk.say("Only we can. I ask Layla for the recipe.")
    await desk.reads("Only we can.")
    await desk.reads_no_more("Invited.")
    await shoot("encrypted-room")
    await desk.press("ctrl+shift+m")
    await desk.click("Yuki", under="People", part=True)
    await desk.ask("place", name="cardVerify")
    await shoot("person")
    await desk.click("cardVerify")
    await desk.click("startVerification")
    asked = await until(lambda: [each for each in yuki.crypto.verifications.all() if each.incoming])
    await yuki.crypto.verifications.accept(asked[0].verification_id)
    await desk.click("compareEmoji")
    await desk.ask("place", name="emojiMatch")
    await shoot("compare-emoji")
    await desk.click("emojiMatch")
    shown = await until(lambda: yuki.crypto.verifications.get(asked[0].verification_id))
    await yuki.crypto.verifications.confirm(shown.verification_id)
    await desk.click("verificationDone")
    await desk.click("Close", -1)


async def _space(desk: Desk, shoot: Shoot) -> None:
    await desk.click("Neighbourhood", under="Rooms", part=True)
    await desk.click("Accept")
    await desk.click("Neighbourhood", part=True)
    await desk.click("Rooms of this space")
    await desk.reads("Beans, bees")
    await shoot("space")
    await desk.press("Escape")
    await desk.reads_no_more("Beans, bees and whose turn it is to water")


async def _languages(desk: Desk, shoot: Shoot) -> None:
    await desk.click("Home")
    await desk.click("Ski tour", under="Rooms", part=True)
    await desk.reads("Who brings the rope?")
    await desk.ask("prefer", name="language", value="de")
    await desk.reads("Nachricht an Ski tour")
    await shoot("german")
    await desk.ask("prefer", name="language", value="en")
    await desk.ask("mirror", on=True)
    await shoot("mirrored")
    await desk.ask("mirror", on=False)


async def _dialogs(desk: Desk, shoot: Shoot) -> None:
    await desk.press("ctrl+k")
    await desk.ask("place", name="Jump to a room or person")
    await shoot("switcher")
    await _close(desk, "Jump to a room or person")
    await desk.press("ctrl+shift+n")
    await desk.ask("place", name="roomName")
    await shoot("new-room")
    await _close(desk, "roomName")
    await desk.press("ctrl+o")
    await desk.ask("place", name="directorySearch")
    await desk.reads("Beans, bees")
    await shoot("explore")
    await _close(desk, "directorySearch")
    await desk.press("ctrl+slash")
    await desk.ask("place", name="shortcutSearch")
    await shoot("shortcuts")
    await _close(desk, "shortcutSearch")
    await desk.click("More", -1)
    await desk.ask("place", name="Leave")
    await desk.click("Settings")
    await desk.reads("Room settings")
    await shoot("room-settings")
    await _close(desk, "Room settings")


async def _settings(desk: Desk, shoot: Shoot) -> None:
    await desk.press("ctrl+comma")
    for page in ("profile", "devices", "notifications", "appearance", "encryption"):
        await desk.click(f"page-{page}")
        await shoot(f"settings-{page}")
    await desk.click("closeSettings")


async def _close(desk: Desk, name: str) -> None:
    """Close what floats, and wait until it is gone with what is called so."""
    await desk.press("Escape")
    await desk.ask("hidden", name=name)


def _make_small(file: Path) -> int:
    """Write it with as many colors as are seen; return how long the file is."""
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    return file.stat().st_size
