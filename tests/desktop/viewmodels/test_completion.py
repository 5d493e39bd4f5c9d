"""What is offered while somebody types, and what becomes of it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from client_desktop.core.text.markdown import write
from client_desktop.core.text.to_markdown import to_markdown
from client_desktop.core.values import Membership, RoomKind, RoomSection
from client_desktop.viewmodels.completer import Completer
from client_desktop.viewmodels.completion import (
    Query,
    complete_commands,
    complete_emoji,
    complete_people,
    complete_rooms,
    query_at,
)
from client_desktop.viewmodels.members import MembersModel, member_rows
from client_desktop.viewmodels.mentions import Mentions
from client_desktop.viewmodels.switcher import SwitcherModel
from tests.desktop.viewmodels.values import NOON_MS, a_member, a_room


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("@al", Query("@", "al", 0)),
        ("hi @al", Query("@", "al", 3)),
        ("hi (@al", Query("@", "al", 4)),
        ("mail@al", None),
        ("#ro", Query("#", "ro", 0)),
        (":s", None),
        (":sm", Query(":", "sm", 0)),
        ("12:30", None),
        ("/me", Query("/", "me", 0)),
        ("a /me", None),
        ("https://x", None),
    ],
)
def test_a_sign_at_the_beginning_of_a_word_asks_for_offers(text: str, query: Query | None) -> None:
    assert query_at(text, len(text)) == query


def test_only_what_stands_before_the_cursor_counts() -> None:
    assert query_at("@alice and more", 3) == Query("@", "al", 0)


def test_people_whose_name_begins_so_come_first() -> None:
    members = [
        a_member("Malik"),
        a_member("Zed", user_id="@alzed:x"),
        a_member("Alice"),
        a_member("Bea Albers"),
        a_member("Alan", membership=Membership.LEAVE),
        a_member("Me al"),
    ]
    found = [offer.title for offer in complete_people("al", members, "@me al:x")]
    assert found == ["Alice", "Zed", "Bea Albers", "Malik"]


def test_rooms_without_an_address_cannot_be_named() -> None:
    rooms = [a_room("hut", canonical_alias="#hut:x"), a_room("hutch")]
    assert [offer.insert for offer in complete_rooms("hu", rooms)] == ["#hut:x"]


def test_emoji_and_commands_are_offered() -> None:
    assert complete_emoji("tada")[0].insert == "🎉"
    assert [offer.insert for offer in complete_commands("sh")] == ["/shrug"]


def test_offers_go_round_and_are_dismissed(qtbot: QtBot) -> None:
    members = [a_member("Alice"), a_member("Alan")]
    completer = Completer(lambda query: complete_people(query.words, members, ""))
    completer.look("@al", 3)
    assert completer.query == Query("@", "al", 0)
    first, second = completer.offer(0), completer.offer(1)
    assert completer.offer(-1) == first
    completer.step(-1)
    assert completer.offer(-1) == second
    completer.step(1)
    assert completer.offer(-1) == first
    completer.look("@alx", 4)
    assert completer.query is None
    assert completer.offer(-1) is None


def test_a_mention_means_its_person_whatever_the_name_holds() -> None:
    mentions = Mentions()
    mentions.add("Al [x](y) *z*", "@al:x")
    mentions.add("Al", "@other:x")
    written = write(mentions.as_markdown("hi @Al [x](y) *z*, and @Al"))
    assert set(written.user_ids) == {"@al:x", "@other:x"}


def test_a_mention_whose_name_was_deleted_is_none() -> None:
    mentions = Mentions()
    mentions.add("Alice", "@alice:x")
    assert mentions.named("hello") == ()
    assert mentions.named("hello @Alice") == ("@alice:x",)
    assert mentions.as_markdown("me@Alice @Alicexy") == "me@Alice @Alicexy"


def test_members_stand_by_power_then_name_and_invited_ones_below() -> None:
    rows = member_rows(
        [
            a_member("zoe"),
            a_member("Bob", power_level=50.0),
            a_member("Eve", power_level=float("inf")),
            a_member("Ann"),
            a_member("Ivy", membership=Membership.INVITE),
            a_member("Gone", membership=Membership.BAN),
        ],
        "",
    )
    assert [(row.name, row.role) for row in rows] == [
        ("Eve", "Creator"), ("Bob", "Moderator"), ("Ann", ""), ("zoe", ""), ("Invited", ""), ("Ivy", ""),
    ]  # fmt: skip


def test_members_are_narrowed_by_words(qtbot: QtBot) -> None:
    model = MembersModel()
    model.show([a_member("Ann"), a_member("Bob")])
    model.setWords("bo")
    assert [row.name for row in model._rows] == ["Bob"]


def test_the_switcher_begins_with_what_wants_to_be_read(qtbot: QtBot) -> None:
    rooms = [
        a_room("here"),
        a_room("recent", last_at_ms=NOON_MS + 1),
        a_room("unread", unread=1),
        a_room("space", kind=RoomKind.SPACE, section=RoomSection.HIDDEN),
        a_room("left", section=RoomSection.HIDDEN, membership=Membership.LEAVE),
    ]
    switcher = SwitcherModel(lambda: rooms, lambda: "!here:x")
    switcher.begin()
    assert [row.name for row in switcher._rows] == ["unread", "recent", "space"]
    switcher.step(1)
    assert switcher.choice() == "!recent:x"
    switcher.setWords("her")
    assert switcher.choice() == "!here:x"
    switcher.setWords("nothing like it")
    assert switcher.choice() == ""


def test_people_in_a_message_that_is_edited_are_names_again() -> None:
    mentions = Mentions()
    html = write("[Al \\*b\\*](https://matrix.to/#/@al:x) **hi** [hut](https://matrix.to/#/%23hut:x)").html
    shown = mentions.from_markdown(to_markdown(html))
    assert shown == "@Al *b* **hi** [hut](https://matrix.to/#/%23hut:x)"
    assert write(mentions.as_markdown(shown)).html == html
