"""The pages of one's own settings, on a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl

from client_desktop.core.accounts.own_devices import DeviceRecord
from client_desktop.core.client import Client
from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.preferences import Preferences, PreferencesModel, read_preferences
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.settings_account import AccountSettingsModel
from client_desktop.viewmodels.settings_devices import DevicesModel, device_row, last_seen_text
from client_desktop.viewmodels.settings_keys import KeysSettingsModel
from client_desktop.viewmodels.settings_notifications import NotificationSettingsModel
from client_desktop.viewmodels.settings_privacy import PrivacySettingsModel
from client_desktop.viewmodels.settings_profile import ProfileSettingsModel
from client_desktop.viewmodels.timeline_row import aside_of
from tests.api.client import PASSWORD
from tests.desktop.accounts.test_sign_in import at_its_own_address
from tests.desktop.clients import OpenClient
from tests.desktop.viewmodels.conftest import Show, Until, shown

DAY_MS = 24 * 3_600_000


@pytest.fixture
async def alice(open_client: OpenClient) -> Client:
    return await open_client("alice")


async def test_other_device_is_signed_out_after_the_password_was_given(
    bridge: Bridge,
    show: Show,
    alice: Client,
    open_client: OpenClient,
    prompt: PromptModel,
    browser: Browser,
    until: Until,
) -> None:
    other = await open_client("alice")
    devices = DevicesModel(bridge, prompt, browser)
    await show(devices, alice)
    devices.refresh()
    await devices.settle()
    current: Any = shown(devices, "current")
    assert current["deviceId"] == alice.me.device_id
    (row,) = devices.property("others").rows
    assert (row.device_id, row.verified) == (other.me.device_id, False)
    assert shown(devices, "unverified") == 1
    devices.rename(other.me.device_id, "Old laptop")
    await devices.settle()
    assert [row.name for row in devices.property("others").rows] == ["Old laptop"]
    devices.signOut(other.me.device_id)
    await until(lambda: shown(prompt, "active"))
    prompt.givePassword("wrong")
    await until(lambda: shown(prompt, "error"))
    assert shown(prompt, "error") == "This is not your password. Try again."
    prompt.givePassword(PASSWORD)
    await devices.settle()
    assert (shown(devices, "error"), len(devices.property("others").rows)) == ("", 0)


async def test_giving_up_the_password_changes_nothing(
    bridge: Bridge,
    show: Show,
    alice: Client,
    open_client: OpenClient,
    prompt: PromptModel,
    browser: Browser,
    until: Until,
) -> None:
    await open_client("alice")
    devices = DevicesModel(bridge, prompt, browser)
    await show(devices, alice)
    devices.refresh()
    await devices.settle()
    devices.signOutAll()
    await until(lambda: shown(prompt, "active"))
    prompt.cancel()
    await devices.settle()
    assert (shown(devices, "error"), shown(prompt, "active")) == ("", False)
    assert len(devices.property("others").rows) == 1


def test_devices_tell_when_they_were_used(bridge: Bridge) -> None:
    ages = (0, 10 * 60_000, 3 * 3_600_000, 30 * 3_600_000, 12 * DAY_MS)
    assert [last_seen_text(age) for age in ages] == [
        "active now",
        "10 minutes ago",
        "3 hours ago",
        "yesterday",
        "12 days ago",
    ]
    phone = device_row(DeviceRecord("D", "Element X Android", None, 1, own=False), None, 100 * DAY_MS)
    assert (phone.icon, phone.inactive, phone.verified, phone.can_verify) == (
        "smartphone",
        True,
        False,
        False,
    )


async def test_password_is_changed_after_the_old_one_was_given(
    bridge: Bridge, show: Show, alice: Client, prompt: PromptModel, browser: Browser, until: Until
) -> None:
    async def nobody(user_id: str) -> None:
        raise AssertionError(user_id)

    account = AccountSettingsModel(bridge, prompt, browser, nobody)
    await show(account, alice)
    account.refresh()
    await account.settle()
    assert shown(account, "canChangePassword")
    assert not shown(account, "hasPage"), "its address is no address to send anything to"
    assert shown(account, "error") == ""
    done: list[str] = []
    account.done.connect(done.append)
    account.changePassword("short", False)
    assert shown(account, "error") == "Use at least 8 characters."
    account.changePassword("a much longer one", False)
    await until(lambda: shown(prompt, "active"))
    prompt.givePassword(PASSWORD)
    await account.settle()
    assert done == ["Your password has been changed."]


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_page_of_apps_that_were_let_in_opens_in_the_browser(
    bridge: Bridge, show: Show, alice: Client, prompt: PromptModel, browser: Browser, pages: list[str]
) -> None:
    async def nobody(user_id: str) -> None:
        raise AssertionError(user_id)

    account = AccountSettingsModel(bridge, prompt, browser, nobody)
    await show(account, alice)
    account.refresh()
    await account.settle()
    assert not shown(account, "managed")
    assert shown(account, "hasPage")
    account.openAccountPage()
    await account.settle()
    (page,) = pages
    assert page.startswith(alice.me.homeserver_url)


async def test_own_data_is_saved_as_a_file(
    bridge: Bridge, show: Show, alice: Client, prompt: PromptModel, browser: Browser, tmp_path: Path
) -> None:
    async def nobody(user_id: str) -> None:
        raise AssertionError(user_id)

    account = AccountSettingsModel(bridge, prompt, browser, nobody)
    await show(account, alice)
    file = tmp_path / "account.json"
    account.exportData(QUrl.fromLocalFile(str(file)))
    await account.settle()
    assert '"user_id": "@alice:example.org"' in file.read_text()


async def test_name_is_changed_and_shown(bridge: Bridge, show: Show, alice: Client, until: Until) -> None:
    profile = ProfileSettingsModel(bridge)
    await show(profile, alice)
    profile.setName("  Alice Ärlig ")
    await profile.settle()
    await until(lambda: shown(profile, "name") == "Alice Ärlig")
    profile.setPresence(True, "on holiday")
    await profile.settle()
    assert shown(profile, "status") == "on holiday"


async def test_picture_that_is_none_is_refused_in_words(
    bridge: Bridge, show: Show, alice: Client, tmp_path: Path
) -> None:
    profile = ProfileSettingsModel(bridge)
    await show(profile, alice)
    file = tmp_path / "picture.png"
    file.write_bytes(b"no picture")
    profile.setPicture(QUrl.fromLocalFile(str(file)))
    await profile.settle()
    assert shown(profile, "error") == "This is no picture that can be shown."
    profile.setPicture(QUrl.fromLocalFile(str(tmp_path / "nowhere.png")))
    await profile.settle()
    assert str(shown(profile, "error")).endswith(".")


async def test_topics_and_words_hold_on_the_server(
    bridge: Bridge, show: Show, alice: Client, until: Until
) -> None:
    page = NotificationSettingsModel(bridge)
    await show(page, alice)

    def level(word: str) -> str:
        return str(next(row.level for row in page.property("topics").rows if row.word == word))

    page.setTopic("rooms", "off")
    page.addKeyword("Bergh\u00fctte")
    await page.settle()
    await until(lambda: level("rooms") == "off")
    await until(lambda: shown(page, "keywords") == ["Bergh\u00fctte"])
    page.removeKeyword("Bergh\u00fctte")
    page.setOn(False)
    await page.settle()
    await until(lambda: (shown(page, "keywords"), shown(page, "on")) == ([], False))


async def test_people_are_ignored_by_their_id_only(
    bridge: Bridge, show: Show, alice: Client, until: Until
) -> None:
    privacy = PrivacySettingsModel(bridge)
    await show(privacy, alice)
    privacy.ignore("bob")
    assert str(shown(privacy, "error")).startswith("This is no user id.")
    privacy.ignore("@bob:example.org")
    await privacy.settle()
    await until(lambda: [row["userId"] for row in shown(privacy, "ignored")])  # type: ignore[attr-defined]
    privacy.unignore("@bob:example.org")
    await privacy.settle()
    await until(lambda: shown(privacy, "ignored") == [])


async def test_keys_are_exported_and_imported_with_their_passphrase(
    bridge: Bridge, show: Show, alice: Client, tmp_path: Path
) -> None:
    keys = KeysSettingsModel(bridge)
    await show(keys, alice)
    file = QUrl.fromLocalFile(str(tmp_path / "keys.txt"))
    done: list[str] = []
    keys.done.connect(done.append)
    keys.exportKeys(file, "twelve characters", "twelve letters")
    assert shown(keys, "error") == "The two are not the same."
    keys.exportKeys(file, "twelve characters", "twelve characters")
    await keys.settle()
    assert (tmp_path / "keys.txt").read_text().startswith("-----BEGIN MEGOLM SESSION DATA-----")
    keys.importKeys(file, "wrong passphrase")
    await keys.settle()
    assert str(shown(keys, "error")).endswith(".")
    keys.importKeys(file, "twelve characters")
    await keys.settle()
    assert done == ["Your keys are in keys.txt.", "0 keys imported."]
    assert len(str(shown(keys, "deviceKey")).split(" ")) == 11


async def test_each_account_chooses_whom_it_sends_to(
    bridge: Bridge, show: Show, alice: Client, open_client: OpenClient
) -> None:
    bob = await open_client("bob")
    keys = KeysSettingsModel(bridge)
    await show(keys, alice)
    assert not shown(keys, "verifiedOnly")
    keys.sendToVerifiedOnly(True)
    await keys.settle()
    assert shown(keys, "verifiedOnly")
    assert alice.crypto.settings.send_to is SendTo.CROSS_SIGNED
    assert bob.crypto.settings.send_to is SendTo.EVERYBODY
    await keys.use(bob)
    assert not shown(keys, "verifiedOnly")
    await keys.use(alice)
    assert shown(keys, "verifiedOnly")


def test_choices_come_back_and_damage_costs_only_itself(tmp_path: Path, qtbot: object) -> None:
    file = tmp_path / "preferences.json"
    model = PreferencesModel(file)
    model.setProperty("theme", "dark")
    model.setProperty("zoom", 9.0)
    assert read_preferences(file) == Preferences(theme="dark", zoom=2.0)
    file.write_text('{"theme": "pink", "zoom": 1.5, "from_the_future": 1}')
    assert read_preferences(file) == Preferences(zoom=1.5)
    file.write_text("{")
    assert read_preferences(file) == Preferences()


def test_comings_and_new_names_can_be_told_from_what_always_shows() -> None:
    def aside(state_word: str, kind: ItemKind = ItemKind.MEMBERSHIP) -> str:
        return aside_of(TimelineItem(key="k", kind=kind, at_ms=0, state_word=state_word))

    assert [aside(word) for word in ("joined", "left_reason", "renamed", "banned")] == [
        "join",
        "join",
        "profile",
        "",
    ]
    assert aside("joined", ItemKind.STATE) == ""
