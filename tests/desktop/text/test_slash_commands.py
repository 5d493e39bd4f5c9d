from __future__ import annotations

from typing import Any

import pytest

from client_desktop.core.text.command_table import COMMANDS, CommandGroup
from client_desktop.core.text.slash_commands import (
    Command,
    CommandMistake,
    literal,
    matching_commands,
    parse_command,
)
from client_desktop.core.text.text_commands import outgoing_text
from client_shared.sources import read_words

BOB = "[Bob B](https://matrix.to/#/@bob:example.org)"


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/me waves  twice", "me", {"words": "waves  twice"}),
        ("/invite @bob:example.org", "invite", {"user": "@bob:example.org"}),
        (f"/kick {BOB} being rude", "kick", {"user": "@bob:example.org", "words": "being rude"}),
        ("/remove @bob:example.org", "kick", {"user": "@bob:example.org"}),
        ("/op @bob:example.org 75", "op", {"user": "@bob:example.org", "number": "75"}),
        ("/op @bob:example.org -1", "op", {"user": "@bob:example.org", "number": "-1"}),
        ("/join #hut:example.org", "join", {"room": "#hut:example.org"}),
        ("/join https://matrix.to/#/%23hut:example.org", "join", {"room": "#hut:example.org"}),
        ("/leave", "leave", {}),
        ("/part #hut:example.org", "leave", {"room": "#hut:example.org"}),
        ("/jumptodate 2024-05-31", "jumptodate", {"date": "2024-05-31"}),
        ("/explore example.org:8448", "explore", {"server": "example.org:8448"}),
        ("/SHRUG", "shrug", {}),
        ("/plain\n**a**", "plain", {"words": "**a**"}),
        ("/topic", "topic", {}),
    ],
)
def test_commands_are_understood(text: str, name: str, args: dict[str, str]) -> None:
    command = parse_command(text)
    assert isinstance(command, Command)
    assert (command.name, dict(command.args)) == (name, args)


def test_servers_of_a_link_go_with_its_room() -> None:
    command = parse_command("/join https://matrix.to/#/!abc:example.org?via=a.example&via=b.example")
    assert isinstance(command, Command)
    assert command.via == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("/nosuch thing", "unknown"),
        ("/me", "missing"),
        ("/msg @bob:example.org", "missing"),
        ("/invite bob", "user"),
        ("/invite https://matrix.to/#/%23hut:example.org", "user"),
        ("/op @bob:example.org lots", "number"),
        ("/join @bob:example.org", "room"),
        ("/join hut", "room"),
        ("/jumptodate 31.5.2024", "date"),
        ("/jumptodate 2024-02-31", "date"),
        ("/explore http://x", "server"),
        ("/unban @bob:example.org now", "too_much"),
        ("/devtools now", "too_much"),
    ],
)
def test_what_is_wrong_is_said(text: str, word: str) -> None:
    mistake = parse_command(text)
    assert isinstance(mistake, CommandMistake)
    assert mistake.word == word


@pytest.mark.parametrize("text", ["hello", "//me", "/", "/usr/bin", "/ me", " /me x", "/2", "/me/you"])
def test_other_text_is_no_command(text: str) -> None:
    assert parse_command(text) is None


def test_two_slashes_send_one() -> None:
    assert literal("//me is text") == "/me is text"
    assert literal("/usr/bin") == "/usr/bin"


def test_completion_finds_other_names_too() -> None:
    assert [spec.name for spec in matching_commands("par")] == ["leave"]
    assert [spec.name for spec in matching_commands("rainbow")] == ["rainbow", "rainbowme"]
    assert len(matching_commands("")) == len(COMMANDS)


def test_names_are_unique_and_every_command_is_explained_in_every_language() -> None:
    names = [name for spec in COMMANDS for name in (spec.name, *spec.aliases)]
    assert len(set(names)) == len(names)
    words, _ = read_words()
    for its_words in words.values():
        for spec in COMMANDS:
            assert spec.help_word in its_words
            assert not spec.args_word or spec.args_word in its_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/me *waves*", {"msgtype": "m.emote", "html": "<em>waves</em>"}),
        ("/notice hi", {"msgtype": "m.notice", "body": "hi"}),
        ("/plain **a**", {"body": "**a**", "html": ""}),
        ("/spoiler the end", {"body": "[Spoiler]", "html": "<span data-mx-spoiler>the end</span>"}),
        ("/code <b>", {"html": "<pre><code>&lt;b&gt;</code></pre>"}),
        ("/shrug", {"body": "¯\\_(ツ)_/¯", "html": ""}),
        ("/shrug well", {"body": "well ¯\\_(ツ)_/¯"}),
        ("/rainbowme a", {"msgtype": "m.emote", "html": '<span data-mx-color="#c91d1d">a</span>'}),
    ],
)
def test_commands_that_are_messages_say_this(text: str, expected: dict[str, Any]) -> None:
    command = parse_command(text)
    assert isinstance(command, Command)
    said = outgoing_text(command)
    found = {"msgtype": said.msgtype, "body": said.written.body, "html": said.written.html}
    assert {key: found[key] for key in expected} == expected


def test_every_message_command_says_something() -> None:
    for spec in COMMANDS:
        if spec.group is CommandGroup.MESSAGE:
            command = parse_command(f"/{spec.name} words")
            assert isinstance(command, Command)
            assert outgoing_text(command).written.body
