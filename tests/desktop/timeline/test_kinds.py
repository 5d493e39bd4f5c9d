"""Every kind of event as a row, and what is malformed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_desktop.core.values import ItemKind, TimelineItem
from client_shared.catalogue import text as word
from tests.desktop.timeline.world import BOB, CAROL, ME, World

PICTURE = {"itemtype": "m.image", "url": "mxc://x/y"}
FILE = {"url": "mxc://x/f", "key": {"k": "secret"}, "iv": "i", "hashes": {"sha256": "h"}, "v": "v2"}


async def last(world: World, event: Any) -> TimelineItem:
    world.sync(event)
    return (await world.items())[-1]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"msgtype": "m.image", "url": "mxc://x/y"}, ItemKind.IMAGE),
        ({"msgtype": "m.video", "url": "mxc://x/y"}, ItemKind.VIDEO),
        ({"msgtype": "m.audio", "url": "mxc://x/y"}, ItemKind.AUDIO),
        ({"msgtype": "m.audio", "url": "mxc://x/y", "org.matrix.msc3245.voice": {}}, ItemKind.VOICE),
        ({"msgtype": "m.file", "url": "mxc://x/y"}, ItemKind.FILE),
        ({"msgtype": "m.image", "file": FILE}, ItemKind.IMAGE),
        ({"msgtype": "m.image", "url": "https://evil/x.png"}, ItemKind.TEXT),
        ({"msgtype": "m.image", "url": "file:///etc/passwd"}, ItemKind.TEXT),
        ({"msgtype": "m.image"}, ItemKind.TEXT),
        ({"msgtype": "m.location", "geo_uri": "geo:51.5,-0.1;u=5"}, ItemKind.LOCATION),
        ({"msgtype": "m.location", "geo_uri": "javascript:alert(1)"}, ItemKind.TEXT),
        ({"msgtype": "m.key.verification.request", "to": ME}, ItemKind.VERIFICATION),
        (
            {"msgtype": "m.gallery", "itemtypes": [{"itemtype": "m.image", "url": "mxc://x/y"}]},
            ItemKind.IMAGE,
        ),
        ({"msgtype": "m.gallery", "itemtypes": "x"}, ItemKind.TEXT),
    ],
)
async def test_kinds_of_messages(world: World, content: Any, kind: ItemKind) -> None:
    item = await last(world, world.event({"body": "b", **content}))
    assert item.kind is kind
    assert item.body == ("" if kind is ItemKind.VERIFICATION else "b")


async def test_file_is_described_as_its_sender_says_within_bounds(world: World) -> None:
    content = {
        "msgtype": "m.audio",
        "body": "caption",
        "filename": "../\u202egnp.exe",
        "file": FILE,
        "org.matrix.msc3245.voice": {},
        "org.matrix.msc1767.audio": {"duration": 1500, "waveform": [0, 5000, -3, "x"]},
        "info": {
            "mimetype": "audio/ogg",
            "size": 10.0,
            "w": 2**40,
            "h": -5,
            "xyz.amorgan.blurhash": "LEHV6n",
            "thumbnail_file": {**FILE, "url": "mxc://x/t"},
        },
        "page.codeberg.everypizza.msc4193.spoiler": True,
    }
    media = (await last(world, world.event(content))).media
    assert media is not None
    assert (media.caption, media.url, media.thumbnail_url) == ("caption", "mxc://x/f", "mxc://x/t")
    assert "\u202e" not in media.name
    assert (media.size, media.width, media.height, media.duration_ms) == (10, None, None, 1500)
    assert media.waveform == (0, 1024, 0, 0)
    assert media.encrypted_file == FILE
    assert media.spoiler
    assert media.blurhash == "LEHV6n"


async def test_sticker(world: World) -> None:
    item = await last(world, world.event({"body": "cat", "url": "mxc://x/y"}, "m.sticker"))
    assert item.kind is ItemKind.STICKER
    item = await last(world, world.event({"body": "cat"}, "m.sticker"))
    assert item.kind is ItemKind.TEXT


async def test_call_that_began(world: World) -> None:
    item = await last(world, world.event({"offer": {"sdp": "m=video 9"}}, "m.call.invite"))
    assert (item.kind, item.state_word, item.state_args) == (ItemKind.CALL, "call_video", ("Bob",))
    world.sync(world.event({}, "m.call.candidates"))
    assert (await world.items())[-1].kind is ItemKind.CALL


async def test_verification_names_the_other(world: World) -> None:
    content = {"msgtype": "m.key.verification.request", "body": "x", "to": CAROL}
    item = await last(world, world.event(content, sender=ME, event_id="$v"))
    assert (item.verification_id, item.state_word, item.state_args) == (
        "$v",
        "verification_asked",
        ("Carol",),
    )


OLD = {"displayname": "Old"}
MEMBERSHIPS: list[tuple[str | None, str, str, str, dict[str, str], str, tuple[str, ...]]] = [
    (None, "join", CAROL, CAROL, {}, "joined", ("Carol",)),
    ("invite", "join", CAROL, CAROL, {}, "joined", ("Carol",)),
    (None, "invite", BOB, CAROL, {}, "invited", ("Bob", "Carol")),
    (None, "invite", BOB, CAROL, {"reason": "hi"}, "invited_reason", ("Bob", "Carol", "hi")),
    ("join", "leave", CAROL, CAROL, {}, "left", ("Carol",)),
    ("join", "leave", CAROL, CAROL, {"reason": "bye"}, "left_reason", ("Carol", "bye")),
    ("join", "leave", BOB, CAROL, {}, "removed", ("Bob", "Carol")),
    ("invite", "leave", CAROL, CAROL, {}, "invite_declined", ("Carol",)),
    ("invite", "leave", BOB, CAROL, {}, "invite_withdrawn", ("Bob", "Carol")),
    ("join", "ban", BOB, CAROL, {"reason": "spam"}, "banned_reason", ("Bob", "Carol", "spam")),
    ("ban", "leave", BOB, CAROL, {}, "unbanned", ("Bob", "Carol")),
    (None, "knock", CAROL, CAROL, {"reason": "please"}, "knocked_reason", ("Carol", "please")),
    ("knock", "leave", CAROL, CAROL, {}, "knock_withdrawn", ("Carol",)),
    ("knock", "leave", BOB, CAROL, {}, "knock_denied", ("Bob", "Carol")),
    ("join", "join", CAROL, CAROL, {"displayname": "New"}, "renamed", ("Old", "New")),
    ("join", "join", CAROL, CAROL, {}, "name_removed", ("Old",)),
    (
        "join",
        "join",
        CAROL,
        CAROL,
        {"displayname": "Old", "avatar_url": "mxc://x/y"},
        "picture_changed",
        ("Carol",),
    ),
]


@pytest.mark.parametrize(("was", "now", "sender", "target", "more", "expected", "args"), MEMBERSHIPS)
async def test_memberships_in_words(
    world: World,
    was: str | None,
    now: str,
    sender: str,
    target: str,
    more: dict[str, str],
    expected: str,
    args: tuple[str, ...],
) -> None:
    unsigned = {"prev_content": {"membership": was, "displayname": "Old"}} if was else {}
    event = world.event(
        {"membership": now, **more}, "m.room.member", sender, state_key=target, unsigned=unsigned
    )
    item = await last(world, event)
    assert (item.kind, item.state_word, item.state_args) == (ItemKind.MEMBERSHIP, expected, args)
    assert word("en", f"event.{expected}", *args) != f"event.{expected}"
    assert word("de", f"event.{expected}", *args) != f"event.{expected}"


async def test_membership_that_changes_nothing_is_no_row(world: World) -> None:
    content = {"membership": "join", "displayname": "Old"}
    event = world.event(
        content, "m.room.member", CAROL, state_key=CAROL, unsigned={"prev_content": dict(content)}
    )
    world.sync(event)
    assert await world.items() == []


ADDRESS = {"display_name": "a@b", "public_key": "k"}
STATES: list[tuple[str, dict[str, Any], dict[str, Any], str, tuple[str, ...]]] = [
    ("m.room.create", {}, {}, "created", ()),
    ("m.room.create", {"type": "m.space"}, {}, "space_created", ()),
    ("m.room.create", {"predecessor": {}, "x": 1}, {}, "created", ()),
    ("m.room.create", {"predecessor": {"room_id": "!o"}}, {}, "continued", ()),
    ("m.room.name", {"name": "N"}, {}, "room_named", ("N",)),
    ("m.room.name", {"name": " "}, {}, "room_name_removed", ()),
    ("m.room.topic", {"topic": "T"}, {}, "topic_changed", ("T",)),
    ("m.room.topic", {"m.topic": {"m.text": [{"body": "R"}]}}, {}, "topic_changed", ("R",)),
    ("m.room.topic", {}, {}, "topic_removed", ()),
    ("m.room.avatar", {"url": "mxc://x/y"}, {}, "room_picture_changed", ()),
    ("m.room.avatar", {}, {}, "room_picture_removed", ()),
    ("m.room.canonical_alias", {"alias": "#a:x"}, {}, "alias_changed", ("#a:x",)),
    ("m.room.canonical_alias", {}, {"alias": "#a:x"}, "alias_removed", ()),
    ("m.room.canonical_alias", {"alt_aliases": ["#b:x"]}, {}, "aliases_changed", ()),
    ("m.room.join_rules", {"join_rule": "public"}, {}, "join_public", ()),
    ("m.room.join_rules", {"join_rule": "knock_restricted"}, {}, "join_restricted", ()),
    ("m.room.join_rules", {"join_rule": 5}, {}, "join_changed", ()),
    ("m.room.history_visibility", {"history_visibility": "joined"}, {}, "history_joined", ()),
    ("m.room.history_visibility", {}, {}, "history_changed", ()),
    ("m.room.guest_access", {"guest_access": "can_join"}, {}, "guests_allowed", ()),
    ("m.room.guest_access", {}, {}, "guests_forbidden", ()),
    ("m.room.encryption", {}, {}, "encryption_on", ()),
    ("m.room.power_levels", {"users": {CAROL: 50}}, {"users": {}}, "level_changed", ("Carol", "0", "50")),
    ("m.room.power_levels", {"users": {CAROL: 50, BOB: 1}}, {"users": {}}, "levels_changed", ()),
    ("m.room.power_levels", {"ban": 5}, {"ban": 4}, "levels_changed", ()),
    ("m.room.pinned_events", {"pinned": ["$a"]}, {}, "pinned", ()),
    ("m.room.pinned_events", {"pinned": []}, {"pinned": ["$a"]}, "unpinned", ()),
    ("m.room.pinned_events", {"pinned": ["$b"]}, {"pinned": ["$a"]}, "pins_changed", ()),
    ("m.room.server_acl", {}, {}, "servers_changed", ()),
    ("m.room.tombstone", {}, {}, "upgraded", ()),
    (
        "m.room.third_party_invite",
        {"display_name": "a@b", "public_key": "k"},
        {},
        "address_invited",
        ("a@b",),
    ),
    ("m.room.third_party_invite", {}, {"display_name": "a@b"}, "address_uninvited", ("a@b",)),
    ("m.space.child", {"via": ["x"]}, {}, "child_added", ("",)),
    ("m.space.child", {}, {}, "child_removed", ("",)),
    ("m.space.parent", {"via": ["x"]}, {}, "parent_added", ("",)),
    ("m.space.parent", {}, {}, "parent_removed", ("",)),
    ("m.room.image_pack", {}, {}, "images_changed", ()),
    ("m.policy.rule.user", {}, {}, "policies_changed", ()),
]


@pytest.mark.parametrize(("event_type", "content", "before", "expected", "args"), STATES)
async def test_state_in_words(
    world: World,
    event_type: str,
    content: dict[str, Any],
    before: dict[str, Any],
    expected: str,
    args: tuple[str, ...],
) -> None:
    unsigned = {"prev_content": before} if before else {}
    item = await last(world, world.event(content, event_type, state_key="", unsigned=unsigned))
    assert (item.kind, item.state_word, item.state_args) == (ItemKind.STATE, expected, ("Bob", *args))
    for language in ("en", "de"):
        assert word(language, f"event.{expected}", "Bob", *args) != f"event.{expected}"


async def test_state_that_was_redacted_is_removed(world: World) -> None:
    world.sync(world.event({"name": "bad"}, "m.room.name", state_key="", event_id="$n"))
    world.sync(world.redaction("$n"))
    assert (await world.items())[-1].kind is ItemKind.REDACTED


async def test_unknown_events_are_unknown(world: World) -> None:
    world.sync(world.event({}, "org.example.thing"), world.event({}, "org.example.state", state_key=""))
    assert [item.kind for item in await world.items()] == [ItemKind.DAY, ItemKind.UNKNOWN, ItemKind.UNKNOWN]


@pytest.mark.parametrize(
    "event",
    [
        None,
        5,
        {},
        {"event_id": 5},
        {"event_id": "$x", "type": "m.room.message", "sender": BOB, "content": None},
        {"event_id": "$x", "type": "m.room.message", "sender": 7, "content": {}},
        {"event_id": "$" + "x" * 300, "type": "m.room.message", "sender": BOB, "content": {}},
    ],
)
async def test_what_is_no_event_is_left_out(world: World, event: Any) -> None:
    from client_desktop.core.events import ClearEvent

    with world.store.transaction() as db:
        good = ClearEvent(world.text("good"))
        bad = ClearEvent(event if isinstance(event, dict) else {})
        world.timelines.write_sync(db, "!room:x", [bad, good], True, "p", "t")
    assert [item.body for item in await world.items()][1:] == ["good"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "msgtype", "body", "format", "formatted_body", "url", "file", "info", "geo_uri", "m.relates_to",
        "m.new_content", "m.mentions", "membership", "displayname", "avatar_url", "users", "pinned", "alias",
        "m.poll", "org.matrix.msc3381.poll.start", "m.selections", "redacts", "itemtypes", "offer", "to",
    ]
)  # fmt: skip
TYPES = st.sampled_from(
    [
        "m.room.message", "m.sticker", "m.reaction", "m.room.member", "m.room.name", "m.room.power_levels",
        "m.room.pinned_events", "m.poll.start", "m.poll.response", "m.poll.end", "m.call.invite",
        "m.room.encrypted", "m.room.redaction", "m.room.create", "m.space.child",
    ]
)  # fmt: skip
MESSAGE_KINDS = st.sampled_from(
    ["m.text", "m.image", "m.audio", "m.location", "m.gallery", "m.key.verification.request"]
)
RELATED = st.sampled_from(["$good", "$x", None])
CONTENTS = st.dictionaries(FIELDS, JSON, max_size=5)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    TYPES, CONTENTS, MESSAGE_KINDS | st.none(), st.booleans(), JSON, st.sampled_from(["$good", "$x", None])
)
async def test_whatever_a_sender_writes_the_rest_is_shown(
    world: World,
    event_type: str,
    content: dict[str, Any],
    msgtype: str | None,
    state: bool,
    previous: Any,
    related: str | None,
) -> None:
    good = world.text("good")
    if msgtype is not None:
        content = {"body": "b", **content, "msgtype": msgtype}
    if related is not None:
        content["m.relates_to"] = {
            "rel_type": "m.reference",
            "event_id": good["event_id"] if related == "$good" else related,
            "key": content.get("body"),
        }
    more = {"state_key": ""} if state else {}
    bad = world.event(
        content, event_type, unsigned={"prev_content": previous, "m.relations": previous}, **more
    )
    world.sync(good, bad, world.text("after"))
    bodies = [item.body for item in await world.items()]
    assert "good" in bodies or event_type == "m.room.redaction"
    assert "after" in bodies


async def test_event_nested_too_deeply_is_left_out(world: World) -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"a": deep}
    world.sync(world.event({"msgtype": "m.text", "body": "x", "deep": deep}), world.text("good"))
    assert [item.body for item in await world.items()][1:] == ["good"]


async def test_builder_that_fails_makes_one_row_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from client_desktop.core.timeline.items import build

    def fail(*args: object) -> None:
        raise ValueError("a bug")

    world.sync(world.text("one", event_id="$one"))
    monkeypatch.setattr(build, "describe", fail)
    item = (await world.items())[-1]
    assert (item.kind, item.event_id) == (ItemKind.UNKNOWN, "$one")
