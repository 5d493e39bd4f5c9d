"""What somebody does at the desktop, step by step; each step ends when the window shows that it is done."""

from __future__ import annotations

from pathlib import Path

from tests.desktop.driven.desk import Desk
from tests.desktop.js_partner import JsPartner

PASSWORD = "correct horse battery staple"
SIZE = (1280, 800)


async def choose_server(desk: Desk, url: str) -> None:
    await desk.ask("resize", width=SIZE[0], height=SIZE[1])
    await desk.fill("serverField", url)
    await desk.press("Return")
    await desk.ask("place", name="signIn")


async def register(desk: Desk, url: str, name: str) -> None:
    """Make an account; the main view is there afterwards."""
    await choose_server(desk, url)
    await desk.click("createAccount")
    await desk.fill("newName", name)
    await desk.fill("newPassword", PASSWORD)
    await desk.press("Return")
    await desk.reads("No conversations yet")


async def sign_in(desk: Desk, url: str, name: str) -> None:
    await choose_server(desk, url)
    await desk.fill("userName", name)
    await desk.fill("password", PASSWORD)
    await desk.press("Return")
    await desk.ask("place", name="Settings")


async def set_up_recovery(desk: Desk) -> str:
    """Make an identity, a backup and the recovery key, which is offered by itself; return the key."""
    await desk.click("makeKey")
    key: str = await desk.ask("text", name="recoveryKey")
    await desk.click("keyKept")
    await desk.click("keyNext")
    await desk.click("setUpDone")
    await desk.ask("hidden", name="setUpDone")
    return key


async def recover(desk: Desk, key: str) -> None:
    """Verify this device by the recovery key, which is offered by itself."""
    await desk.click("verifyWithKey")
    await desk.fill("recoveryField", key)
    await desk.click("submitRecovery")
    await desk.click("recoverDone")
    await desk.ask("hidden", name="recoverDone")


async def make_room(desk: Desk, name: str) -> str:
    """Make an encrypted room by the menu; return its id."""
    await desk.click("New")
    await desk.click("New room")
    await desk.fill("roomName", name)
    await desk.click("submitCreate")
    await desk.reads(f"Message {name}, encrypted")
    room_id: str = await desk.ask("room")
    return room_id


async def invite(desk: Desk, user_id: str) -> None:
    """Invite somebody into the open room."""
    await desk.click("More", -1)
    await desk.click("Invite people")
    await desk.fill("personSearch", user_id)
    await desk.click(user_id, part=True, nth=0)
    await desk.click("submitInvite")
    await desk.ask("hidden", name="submitInvite")


async def verify_by_emoji(desk: Desk, partner: JsPartner) -> None:
    """Compare emoji with somebody in the open room, whose side says that they match."""
    await desk.press("ctrl+shift+m")
    await desk.click(partner.user_id.partition(":")[0].lstrip("@"), under="People", part=True)
    await desk.click("cardVerify")
    await desk.click("startVerification")
    await partner.do("joinWherever")  # people are asked in their direct chat
    await partner.do("acceptRequest", userId=await desk.ask("user"))
    await desk.click("compareEmoji")
    await partner.do("follow")
    shown = await desk.ask("texts", under="emoji")
    told = (await partner.do("emoji"))["names"]
    assert [name.lower() for name in shown[1::2]] == [name.lower() for name in told]
    assert len(told) == 7
    await desk.click("emojiMatch")
    await partner.do("confirm")
    await desk.click("verificationDone")
    assert (await partner.do("outcome"))["result"] == "done"


async def act_on(desk: Desk, text: str, act: str) -> None:
    """Point at a message and press a button of the bar that appears."""
    await desk.point_at(f": {text}", role="ListItem", under="Messages", part=True)
    await desk.click(act)


async def send_picture(desk: Desk, path: Path) -> str:
    """Paste a picture and send it; return what its file is called."""
    await desk.ask("picture_copied", path=str(path))
    await desk.press("ctrl+v")
    name: str = await desk.ask("name", beginning="Picture-")
    await desk.press("Return")
    return name
