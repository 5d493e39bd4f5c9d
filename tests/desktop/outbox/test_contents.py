"""What events say on the wire."""

import pytest

from client_desktop.core.errors import NotAllowed
from client_desktop.core.outbox.contents import messages, polls, relations
from client_desktop.core.outbox.contents.forward import forwarded
from client_desktop.core.outbox.contents.messages import Written
from client_desktop.core.outbox.ports import KnownEvent
from client_desktop.core.outbox.related import relate

ALICE, BOB = "@alice:example.org", "@bob:example.org"


class Known:
    """Two events: Bob's in the room, Bob's in a thread."""

    def event(self, room_id: str, event_id: str) -> KnownEvent | None:
        roots = {"$in-room": "", "$in-thread": "$root"}
        if event_id not in roots:
            return None
        return KnownEvent("m.room.message", BOB, {"body": "hi"}, roots[event_id])

    def latest_in_thread(self, room_id: str, root_id: str) -> str | None:
        return "$latest" if root_id == "$root" else None


def test_replies_and_threads_relate_as_clients_without_threads_understand() -> None:
    def related(reply_to: str | None, thread: str | None) -> tuple[object, tuple[str, ...]]:
        found = relate(Known(), "!room", ALICE, reply_to, thread)
        return found.relation, found.user_ids

    assert related(None, None) == (None, ())
    assert related("$in-room", None) == ({"m.in_reply_to": {"event_id": "$in-room"}}, (BOB,))
    assert relate(Known(), "!room", BOB, "$in-room", None).user_ids == ()
    assert related("$unknown", None) == ({"m.in_reply_to": {"event_id": "$unknown"}}, ())
    fallback = {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True}
    assert related(None, "$root") == ({**fallback, "m.in_reply_to": {"event_id": "$latest"}}, ())
    assert related(None, "$new")[0] == {
        **fallback,
        "event_id": "$new",
        "m.in_reply_to": {"event_id": "$new"},
    }
    reply = {**fallback, "is_falling_back": False, "m.in_reply_to": {"event_id": "$in-thread"}}
    assert related("$in-thread", None) == (reply, (BOB,)), "an answer stays in the thread"
    assert related("$in-thread", "$root") == (reply, (BOB,))


def test_an_edit_notifies_only_those_whom_it_adds() -> None:
    earlier = messages.text_message(Written("hello @bob", "", (BOB,)))
    later = messages.text_message(Written("hello @bob and @alice", "<b>hello</b>", (BOB, ALICE), room=True))
    edit = relations.replacement(later, "$first", earlier)
    assert edit["body"] == "* hello @bob and @alice"
    assert edit["formatted_body"] == "* <b>hello</b>"
    assert edit["m.mentions"] == {"user_ids": [ALICE], "room": True}
    assert edit["m.new_content"] == later
    assert edit["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$first"}
    reply = relations.with_relation(later, relations.in_reply_to("$other"))
    assert "m.relates_to" not in relations.replacement(reply, "$first", {})["m.new_content"]


def test_editing_a_file_changes_its_caption_alone() -> None:
    file = {"msgtype": "m.image", "body": "cat.png", "url": "mxc://example.org/cat", "info": {"w": 1}}
    captioned = messages.edited_text(file, Written("a *cat*", "a <em>cat</em>"))
    assert captioned == {
        **file,
        "filename": "cat.png",
        "body": "a *cat*",
        "format": "org.matrix.custom.html",
        "formatted_body": "a <em>cat</em>",
        "m.mentions": {},
    }
    again = messages.edited_text(captioned, Written(""))
    assert again == {**file, "filename": "cat.png", "m.mentions": {}}
    assert messages.edited_text({"msgtype": "m.emote", "body": "waves"}, Written("nods")) == {
        "msgtype": "m.emote",
        "body": "nods",
        "m.mentions": {},
    }


def test_an_id_that_was_not_known_yet_is_put_in_wherever_it_is_named() -> None:
    content = relations.with_relation({"body": "x"}, relations.in_thread("p1", "p1", None))
    assert relations.named_events(content) == ("p1",)
    assert relations.with_event_id(content, "p1", "$1")["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$1",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$1"},
    }
    assert relations.with_event_id({"body": "x"}, "p1", "$1") == {"body": "x"}
    assert relations.named_events({"m.relates_to": "nonsense"}) == ()


def test_a_poll_has_a_question_and_answers_with_ids() -> None:
    poll = polls.poll_start(" Tea? ", ["yes", " ", "no"], max_selections=9, disclosed=False)
    start = poll[polls.START]
    assert start["kind"] == "org.matrix.msc3381.poll.undisclosed"
    assert start["max_selections"] == 2
    assert [answer["org.matrix.msc1767.text"] for answer in start["answers"]] == ["yes", "no"]
    assert len({answer["id"] for answer in start["answers"]}) == 2
    assert poll["org.matrix.msc1767.text"] == "Tea?\n1. yes\n2. no"
    for question, answers in (("", ["a", "b"]), ("q", ["a"]), ("q", [str(number) for number in range(21)])):
        with pytest.raises(NotAllowed):
            polls.poll_start(question, answers)
    vote = polls.poll_response("$poll", ["a1"])
    assert vote["m.relates_to"] == {"rel_type": "m.reference", "event_id": "$poll"}
    assert vote[polls.RESPONSE] == {"answers": ["a1"]}
    assert polls.poll_end("$poll", "over")[polls.END] == {}
    assert polls.poll_question(poll) == "Tea?"
    assert polls.poll_question({polls.START: 7}) == ""


def test_what_is_forwarded_is_tied_to_nothing() -> None:
    edited = {
        "msgtype": "m.text",
        "body": "* new",
        "m.new_content": {"msgtype": "m.text", "body": "new", "m.mentions": {"user_ids": [BOB]}},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$1"},
    }
    assert forwarded("m.room.message", edited) == {"msgtype": "m.text", "body": "new", "m.mentions": {}}
    sticker = {"body": "wave", "url": "mxc://example.org/1", "info": {}, "m.relates_to": {}}
    assert forwarded("m.sticker", sticker) == messages.sticker("wave", "mxc://example.org/1", {})
    for event_type, content in (
        ("m.room.member", {"membership": "join"}),
        ("m.room.message", {"msgtype": "m.key.verification.request", "body": "x"}),
        ("m.room.message", {}),
    ):
        with pytest.raises(NotAllowed):
            forwarded(event_type, content)


def test_a_place_is_said_twice() -> None:
    place = messages.location("Home", "geo:1,2", "where I live", 5)
    assert place["geo_uri"] == place["org.matrix.msc3488.location"]["uri"] == "geo:1,2"
