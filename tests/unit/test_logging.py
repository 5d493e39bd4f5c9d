"""What reaches the log, and what must not."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from homeserver.logging import configure_logging, drop_secrets, drop_secrets_from_text
from homeserver.storage.db import DatabaseAway


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_json_line_has_level_event_and_the_request_s_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    structlog.contextvars.bind_contextvars(request_id="abc")
    structlog.get_logger("test").info("served", status=200)
    captured = capsys.readouterr()
    line = json.loads(captured.err)
    assert line.pop("timestamp")
    assert line == {"event": "served", "level": "info", "request_id": "abc", "status": 200}
    assert captured.out == ""


def test_libraries_log_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    logging.getLogger("library").warning("odd %s", "thing")
    assert json.loads(capsys.readouterr().err)["event"] == "odd thing"


def test_lines_below_the_level_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", "text")
    structlog.get_logger("test").info("quiet")
    logging.getLogger("library").info("quiet")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("output", ["text", "json"])
def test_secrets_do_not_reach_the_log(
    capsys: pytest.CaptureFixture[str], output: Literal["text", "json"]
) -> None:
    configure_logging("info", output)
    password = "hunter2-in-a-local-variable"
    try:
        raise ValueError("GET /sync?access_token=hunter2-in-a-message&since=1")
    except ValueError:
        structlog.get_logger("test").exception(
            "failed with Authorization: Bearer hunter2-in-a-header",
            password=password,
            body={"auth": {"token": "hunter2-in-a-body"}},
            headers={"Authorization": "hunter2"},
        )
    text = capsys.readouterr().err
    assert "ValueError" in text
    assert "since=1" in text
    assert "hunter2" not in text


def test_secret_is_replaced_at_any_depth() -> None:
    event = {"event": "x", "a": {"b": {"access_token": "secret", "c": 1}}}
    assert drop_secrets(None, "info", event) == {
        "event": "x",
        "a": {"b": {"access_token": "[redacted]", "c": 1}},
    }


@pytest.mark.parametrize(
    "text",
    [
        "access_token=SECRET",
        "?access_token=SECRET&x=1",
        "access_token%3DSECRET",
        '{"access_token": "SECRET"}',
        "{'password': 'SECRET'}",
        "authorization: bearer SECRET",
    ],
)
def test_secret_inside_a_text_is_replaced(text: str) -> None:
    assert "SECRET" not in drop_secrets_from_text(text)


def test_plain_text_stays_as_it_is() -> None:
    text = "the password was changed; token bucket full; bearer"
    assert drop_secrets_from_text(text) == text


def test_colours_are_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "text")
    assert not sys.stderr.isatty()
    structlog.get_logger("test").info("plain")
    assert "\x1b" not in capsys.readouterr().err


def test_an_outage_that_is_said_already_is_not_said_by_all_who_meet_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "text")
    log = structlog.get_logger("test")
    for error in (DatabaseAway("The database is away"), ValueError("odd")):
        try:
            raise error
        except Exception as caught:
            log.exception("work.failed", of=type(error).__name__)
            log.error("request.failed", of=type(error).__name__, exc_info=caught)
    said = capsys.readouterr().err
    assert "DatabaseAway" not in said
    assert said.count("ValueError: odd") == 2
