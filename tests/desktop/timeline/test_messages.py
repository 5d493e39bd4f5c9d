"""Messages as rows: texts, edits, reactions, answers, redactions."""

from collections.abc import Sequence

import pytest

from client_desktop.core.changes import RoomKeysReceived
from client_desktop.core.values import ItemKind, Replace, SendState, Shield, ShieldColor, TimelineItem
from tests.desktop.timeline.world import BOB, CAROL, ME, ROOM, START_MS, Follower, World


def bodies(items: Sequence[TimelineItem]) -> list[str]:
    return [item.body for item in items if item.kind is ItemKind.TEXT]


async def test_message_is_shown_with_its_sender(world: World) -> None:
    world.sync(world.text("hello"), limited=True)
    day, item = await world.items()
    assert day.kind is ItemKind.DAY
    assert (item.kind, item.body, item.sender, item.sender_name) == (ItemKind.TEXT, "hello", BOB, "Bob")
    assert not item.own
    assert not item.edited
    assert item.can_react
    assert item.can_reply
    assert item.can_redact  # level 100
    assert not item.can_edit


async def test_html_is_made_safe(world: World) -> None:
    html = "<b>hi</b><script>alert(1)</script><img src='https://evil/x.png'>"
    content = {"msgtype": "m.text", "body": "hi", "format": "org.matrix.custom.html", "formatted_body": html}
    world.sync(world.event(content))
    item = (await world.items())[-1]
    assert "<b>hi</b>" in item.html
    assert "script" not in item.html
    assert "evil" not in item.html


async def test_html_of_another_format_is_not_shown(world: World) -> None:
    world.sync(world.event({"msgtype": "m.text", "body": "hi", "format": "x", "formatted_body": "<b>x</b>"}))
    assert (await world.items())[-1].html == ""


@pytest.mark.parametrize(
    ("msgtype", "kind"),
    [
        ("m.emote", ItemKind.EMOTE),
        ("m.notice", ItemKind.NOTICE),
        ("m.server_notice", ItemKind.NOTICE),
        ("org.example.new", ItemKind.TEXT),
    ],
)
async def test_kinds_of_text(world: World, msgtype: str, kind: ItemKind) -> None:
    world.sync(world.event({"msgtype": msgtype, "body": "x"}))
    assert (await world.items())[-1].kind is kind


async def test_links_and_emoji_are_noticed(world: World) -> None:
    world.sync(world.text("see https://example.org/a and https://matrix.to/#/@a:b"), world.text("🎉"))
    _, first, second = await world.items()
    assert first.links == ("https://example.org/a",)
    assert second.only_emoji


async def test_edit_replaces_the_text_in_place(world: World) -> None:
    message = world.text("helo", event_id="$m")
    world.sync(message, world.text("other"))
    timeline = await world.timelines.open(ROOM)
    follower = Follower(world, timeline.number, timeline.items)
    world.sync(world.edit("$m", "hello"))
    assert bodies(follower.items) == ["hello", "other"]
    assert follower.items[1].edited
    assert follower.items[1].edited_at_ms == START_MS + 7 * 1000 + 1000
    assert [type(operation) for operation in world.operations()] == [Replace]


async def test_edit_by_somebody_else_changes_nothing(world: World) -> None:
    world.sync(world.text("mine", event_id="$m"), world.edit("$m", "forged", CAROL))
    assert bodies(await world.items()) == ["mine"]


async def test_newest_edit_wins_whatever_came_last(world: World) -> None:
    first, second = world.edit("$m", "one"), world.edit("$m", "two")
    world.sync(world.text("zero", event_id="$m"), second, first)
    assert bodies(await world.items()) == ["two"]


async def test_edit_that_comes_before_its_message_counts(world: World) -> None:
    edit = world.edit("$m", "new")
    world.sync(edit)
    world.sync(world.text("old", event_id="$m"))
    assert bodies(await world.items()) == ["new"]


async def test_redacted_edit_gives_the_text_before_it_back(world: World) -> None:
    world.sync(world.text("zero", event_id="$m"))
    edit = world.edit("$m", "one")
    world.sync(edit)
    world.sync(world.redaction(edit["event_id"]))
    items = await world.items()
    assert bodies(items) == ["zero"]
    assert not items[-1].edited


@pytest.mark.parametrize("new", [None, "text", 5])
async def test_edit_without_new_content_changes_nothing(world: World, new: object) -> None:
    edit = world.edit("$m", "x")
    edit["content"]["m.new_content"] = new
    world.sync(world.text("zero", event_id="$m"), edit)
    assert bodies(await world.items()) == ["zero"]


async def test_edit_of_another_type_or_of_state_changes_nothing(world: World) -> None:
    edit = world.edit("$m", "x")
    edit["type"] = "m.sticker"
    named = world.state("m.room.name", {"name": "Old"})
    renaming = world.related(
        "m.replace", named["event_id"], "m.room.name", **{"m.new_content": {"name": "New"}}
    )
    world.sync(world.text("zero", event_id="$m"), edit, named, renaming)
    items = await world.items()
    assert bodies(items) == ["zero"]
    assert [item.state_args for item in items if item.kind is ItemKind.STATE] == [("Bob", "Old")]


async def test_edit_of_an_edit_changes_nothing(world: World) -> None:
    edit = world.edit("$m", "one")
    world.sync(world.text("zero", event_id="$m"), edit, world.edit(edit["event_id"], "two"))
    assert bodies(await world.items()) == ["one"]


async def test_edit_in_clear_of_what_was_encrypted_changes_nothing(world: World) -> None:
    secret = world.encrypted(world.text("secret", event_id="$m"))
    world.sync(secret, world.edit("$m", "forged by the server"))
    assert bodies(await world.items()) == ["secret"]


async def test_encrypted_edit_of_what_was_encrypted_counts(world: World) -> None:
    world.sync(
        world.encrypted(world.text("secret", event_id="$m")), world.encrypted(world.edit("$m", "better"))
    )
    item = (await world.items())[-1]
    assert (item.body, item.edited, item.encrypted) == ("better", True, True)


async def test_edit_keeps_what_was_answered(world: World) -> None:
    reply = world.event(
        {"msgtype": "m.text", "body": "b", "m.relates_to": {"m.in_reply_to": {"event_id": "$a"}}},
        event_id="$b",
    )
    edit = world.edit("$b", "c", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$other"}}})
    world.sync(world.text("a", event_id="$a"), reply, edit)
    item = (await world.items())[-1]
    assert item.reply is not None
    assert (item.body, item.reply.event_id, item.reply.text) == ("c", "$a", "a")


async def test_reactions_are_counted_once_for_each_person(world: World) -> None:
    world.sync(
        world.text("hi", event_id="$m"),
        world.reaction("$m", "👍", BOB),
        world.reaction("$m", "👍", BOB),
        world.reaction("$m", "👍", CAROL),
        world.reaction("$m", "🎉", ME),
    )
    thumbs, party = (await world.items())[-1].reactions
    assert (thumbs.key, thumbs.count, thumbs.names, thumbs.mine) == ("👍", 2, ("Bob", "Carol"), False)
    assert (party.count, party.mine, party.my_event_id) == (1, True, "$e10")


async def test_redacted_reaction_is_gone(world: World) -> None:
    reaction = world.reaction("$m", "👍")
    world.sync(world.text("hi", event_id="$m"), reaction)
    timeline = await world.timelines.open(ROOM)
    world.sync(world.redaction(reaction["event_id"]))
    assert timeline.items[-1].reactions == ()


async def test_reaction_with_a_picture_names_it(world: World) -> None:
    world.sync(world.text("hi", event_id="$m"), world.reaction("$m", "mxc://x/y"))
    assert (await world.items())[-1].reactions[0].image_url == "mxc://x/y"


async def test_reactions_to_edits_and_reactions_do_not_count(world: World) -> None:
    reaction = world.reaction("$m", "👍")
    world.sync(world.text("hi", event_id="$m"), reaction, world.reaction(reaction["event_id"], "x"))
    assert [each.key for each in (await world.items())[-1].reactions] == ["👍"]


@pytest.mark.parametrize("key", [None, "", 7, {}])
async def test_reaction_without_a_key_is_none(world: World, key: object) -> None:
    reaction = world.reaction("$m", "x")
    reaction["content"]["m.relates_to"]["key"] = key
    world.sync(world.text("hi", event_id="$m"), reaction)
    assert (await world.items())[-1].reactions == ()


async def test_redacted_message_says_by_whom_and_why(world: World) -> None:
    world.sync(world.text("secret", event_id="$m"), world.reaction("$m", "👍"))
    world.sync(world.redaction("$m", CAROL, "spam"))
    item = (await world.items())[-1]
    assert (item.kind, item.body, item.redacted_by, item.redaction_reason) == (
        ItemKind.REDACTED,
        "",
        "Carol",
        "spam",
    )
    assert item.reactions == ()
    assert not item.can_react
    assert not item.can_redact


async def test_redaction_removes_the_text_from_the_store(world: World) -> None:
    world.sync(world.encrypted(world.text("very secret", event_id="$m")))
    world.sync(world.redaction("$m"))
    dump = "".join(map(str, world.store.db.execute("SELECT json, clear FROM events").fetchall()))
    assert "very secret" not in dump


async def test_redaction_that_comes_before_its_message_counts(world: World) -> None:
    world.sync(world.redaction("$m"))
    world.sync(world.text("late", event_id="$m"))
    assert (await world.items())[-1].kind is ItemKind.REDACTED


async def test_message_that_the_server_gives_redacted_is_redacted(world: World) -> None:
    redaction = world.redaction("$m", CAROL)
    message = world.event({}, event_id="$m", unsigned={"redacted_because": redaction})
    world.sync(message)
    item = (await world.items())[-1]
    assert (item.kind, item.redacted_by) == (ItemKind.REDACTED, "Carol")


async def test_message_known_in_clear_is_redacted_when_it_comes_again_redacted(world: World) -> None:
    world.sync(world.text("x", event_id="$m"))
    again = world.event({}, event_id="$m", unsigned={"redacted_because": world.redaction("$m")})
    world.sync(again)
    assert (await world.items())[-1].kind is ItemKind.REDACTED


async def test_redaction_that_claims_to_be_encrypted_does_nothing(world: World) -> None:
    """What is inside the encryption no server has checked."""
    forged = world.encrypted(world.redaction("$m"))
    forged["content"]["redacts"] = "$m"
    world.sync(world.text("stays", event_id="$m"), forged)
    assert bodies(await world.items()) == ["stays"]


async def test_answer_shows_what_it_answers_after_its_edits(world: World) -> None:
    reply = world.event(
        {
            "msgtype": "m.text",
            "body": "> <@bob:x> question\n\nanswer",
            "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}},
        },
        sender=CAROL,
    )
    world.sync(world.text("question", event_id="$q"), reply)
    timeline = await world.timelines.open(ROOM)
    world.sync(world.edit("$q", "better question"))
    item = timeline.items[-1]
    assert item.body == "answer"
    assert item.reply is not None
    assert (item.reply.sender_name, item.reply.text, item.reply.kind) == (
        "Bob",
        "better question",
        ItemKind.TEXT,
    )


async def test_answer_to_what_was_redacted_shows_no_text(world: World) -> None:
    reply = world.event(
        {"msgtype": "m.text", "body": "a", "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}}}
    )
    world.sync(world.text("question", event_id="$q"), reply)
    world.sync(world.redaction("$q"))
    item = (await world.items())[-1]
    assert item.reply is not None
    assert (item.reply.text, item.reply.kind) == ("", ItemKind.REDACTED)


async def test_spoiler_stays_hidden_in_the_line_about_an_answer(world: World) -> None:
    html = 'the <span data-mx-spoiler="">butler</span>'
    content = {
        "msgtype": "m.text",
        "body": "the butler",
        "format": "org.matrix.custom.html",
        "formatted_body": html,
    }
    reply = world.event(
        {"msgtype": "m.text", "body": "no!", "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}}}
    )
    world.sync(world.event(content, event_id="$q"), reply)
    item = (await world.items())[-1]
    assert item.reply is not None
    assert item.reply.text == "the ▒▒▒▒▒▒"


async def test_line_about_an_answer_has_no_marks_of_markdown(world: World) -> None:
    content = {
        "msgtype": "m.text",
        "body": "I bring **cake**",
        "format": "org.matrix.custom.html",
        "formatted_body": "I bring <strong>cake</strong>",
    }
    reply = world.event(
        {"msgtype": "m.text", "body": "yes!", "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}}}
    )
    world.sync(world.event(content, event_id="$q"), reply)
    item = (await world.items())[-1]
    assert item.reply is not None
    assert item.reply.text == "I bring cake"


async def test_ignored_people_are_not_seen(world: World) -> None:
    world.sync(world.text("spam", CAROL), world.text("hi", event_id="$m"), world.reaction("$m", "x", CAROL))
    world.account_data("m.ignored_user_list", {"ignored_users": {CAROL: {}}})
    items = await world.items()
    assert bodies(items) == ["hi"]
    assert items[-1].reactions == ()


async def test_mention_of_the_account_is_marked(world: World) -> None:
    mentioning = world.event({"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": [ME]}})
    other = world.event({"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": [BOB]}})
    world.sync(mentioning, other)
    _, first, second = await world.items()
    assert first.mentions_me
    assert not second.mentions_me


async def test_undecryptable_message_says_why_and_is_read_when_keys_come(world: World) -> None:
    message = world.text("finally", event_id="$m")
    world.sync(world.encrypted(message, readable=False))
    timeline = await world.timelines.open(ROOM)
    assert timeline.items[-1].kind is ItemKind.UNDECRYPTABLE
    assert timeline.items[-1].undecryptable_word == "no_key"
    world.keys.clear["$m"] = {"type": message["type"], "content": message["content"]}
    world.changes.publish(RoomKeysReceived(ME, ROOM, frozenset({"s1"})))
    await world.settle()
    assert timeline.items[-1].body == "finally"


async def test_reaction_that_becomes_readable_is_counted_and_no_row(world: World) -> None:
    reaction = world.reaction("$m", "👍")
    world.sync(world.text("hi", event_id="$m"), world.encrypted(reaction, readable=False))
    timeline = await world.timelines.open(ROOM)
    world.keys.clear[reaction["event_id"]] = {"type": "m.reaction", "content": {}}
    world.changes.publish(RoomKeysReceived(ME, ROOM, frozenset({"s1"})))
    await world.settle()
    assert [item.kind for item in timeline.items] == [ItemKind.DAY, ItemKind.TEXT]


async def test_relation_inside_the_encryption_is_not_believed(world: World) -> None:
    sly = world.encrypted(world.edit("$m", "forged"))
    clear = world.keys.clear[sly["event_id"]]
    clear["content"]["m.relates_to"] = sly["content"].pop("m.relates_to")
    world.sync(world.encrypted(world.text("one", event_id="$m")), sly)
    assert bodies(await world.items()) == ["one", "* forged"]


async def test_shield_says_how_far_encryption_is_to_be_trusted(world: World) -> None:
    world.keys.shield = Shield(ShieldColor.GREY, "from_backup")
    world.state("m.room.encryption", {})
    world.sync(world.encrypted(world.text("a")), world.text("b"))
    _, first, second = await world.items()
    assert first.shield == Shield(ShieldColor.GREY, "from_backup")
    assert second.shield == Shield(ShieldColor.RED, "not_encrypted")


async def test_text_from_before_encryption_has_no_warning(world: World) -> None:
    old = world.text("old")
    world.sync(old, world.state("m.room.encryption", {}))
    assert [item.shield for item in await world.items() if item.kind is ItemKind.TEXT] == [None]


async def test_text_in_clear_that_claims_to_be_old_has_a_warning(world: World) -> None:
    world.sync(world.state("m.room.encryption", {}))
    world.sync({**world.text("backdated"), "origin_server_ts": 5})
    assert (await world.items())[-1].shield == Shield(ShieldColor.RED, "not_encrypted")


async def test_own_message_can_be_edited(world: World) -> None:
    world.sync(world.text("mine", ME))
    item = (await world.items())[-1]
    assert item.own
    assert item.can_edit
    assert item.send_state is SendState.SENT


async def test_without_rights_little_can_be_done(world: World) -> None:
    world.state("m.room.power_levels", {"users": {BOB: 50}, "events_default": 10})
    world.sync(world.text("x"))
    item = (await world.items())[-1]
    assert not any((item.can_react, item.can_reply, item.can_redact, item.can_edit, item.can_pin))


async def test_pinned_message_is_marked(world: World) -> None:
    world.state("m.room.pinned_events", {"pinned": ["$m"]})
    world.sync(world.text("x", event_id="$m"), world.text("y"))
    _, first, second = await world.items()
    assert first.pinned
    assert not second.pinned
    assert first.can_pin


async def test_sender_without_membership_is_marked(world: World) -> None:
    world.sync(world.text("x", "@gone:x"))
    item = (await world.items())[-1]
    assert (item.sender_name, item.sender_unknown_member) == ("@gone:x", True)


async def test_links_of_formatted_texts_are_those_that_people_see(world: World) -> None:
    html = (
        '<blockquote><a href="https://quoted/">q</a></blockquote><a href="https://one/">1</a>'
        '<p><a href="https://two/">2</a></p><a href="https://matrix.to/#/@a:b">m</a>'
        '<span data-mx-spoiler=""><a href="https://spoiler/">s</a></span><a href="mailto:a@b">mail</a>'
    )
    content = {"msgtype": "m.text", "body": "x", "format": "org.matrix.custom.html", "formatted_body": html}
    world.sync(world.event(content))
    assert (await world.items())[-1].links == ("https://one/", "https://two/")


async def test_send_queue_is_told_what_is_known(world: World) -> None:
    world.sync(
        world.text("root", event_id="$r"),
        world.edit("$r", "better"),
        world.reply_in("$r", "one", event_id="$t"),
    )
    known = world.timelines.event(ROOM, "$r")
    assert known is not None
    assert (known.sender, known.content["body"], known.thread_root) == (BOB, "better", "")
    assert world.timelines.event(ROOM, "$nothing") is None
    assert world.timelines.latest_in_thread(ROOM, "$r") == "$t"
    assert world.timelines.latest_in_thread(ROOM, "$t") is None
    assert world.timelines.newest_event(ROOM) == "$t"
    assert world.timelines.newest_event("!empty:x") is None


async def test_source_shows_what_came_and_what_it_says(world: World) -> None:
    world.sync(world.encrypted(world.text("secret", event_id="$m")), world.text("plain", event_id="$p"))
    source = await world.timelines.event_source(ROOM, "$m")
    assert source.event["type"] == "m.room.encrypted"
    assert source.clear is not None
    assert source.clear["content"]["body"] == "secret"
    assert (await world.timelines.event_source(ROOM, "$p")).clear is None


async def test_versions_of_a_message_are_known_without_a_network(world: World) -> None:
    world.sync(world.text("one", event_id="$m"), world.edit("$m", "two"), world.edit("$m", "forged", CAROL))
    versions = await world.timelines.edit_history(ROOM, "$m")
    assert [version.body for version in versions] == ["one", "two"]


async def test_pins_that_are_here_show_without_a_network(world: World) -> None:
    world.state("m.room.pinned_events", {"pinned": ["$a", "$far", "$b", 5]})
    world.sync(world.text("a", event_id="$a"), world.text("b", event_id="$b"))
    assert [item.body for item in await world.timelines.pinned(ROOM)] == ["b", "a"]


async def test_a_timeline_let_go_of_shows_its_older_rows_again(world: World) -> None:
    world.sync(*(world.text(str(number), event_id=f"${number}") for number in range(90)))
    timeline = await world.timelines.open(ROOM)
    await timeline.back()
    follower = Follower(world, timeline.number, timeline.items)
    everything = list(timeline.items)
    timeline.shorten(20)
    assert [item.body for item in timeline.items if item.body] == [str(number) for number in range(70, 90)]
    assert len(timeline._built) == 20
    world.sync(world.text("new", event_id="$new"))
    assert timeline.items[-1].body == "new"
    assert follower.items == list(timeline.items)
    for _ in range(2):
        await timeline.back()
    assert [item.key for item in timeline.items] == [item.key for item in everything] + [
        timeline.items[-1].key
    ]
    assert follower.items == list(timeline.items)
