"""Logging: structured events on standard error, as text for people or JSON for machines, without secrets.

Libraries that log through the standard library come out the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Final, Literal

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
SECRET_KEYS: Final = frozenset(
    {
        "access_token",
        "authorization",
        "client_secret",
        "cookie",
        "login_token",
        "mac",
        "new_password",
        "password",
        "refresh_token",
        "registration_shared_secret",
        "registration_token",
        "secret",
        "seed",
        "shared_secret",
        "signing_key",
        "token",
    }
)
SECRET_TEXT: Final = re.compile(
    r"(?i)((?:access_token|refresh_token|client_secret|password)(?:=|%3d|\"?\s*:\s*\"?|'?\s*:\s*'?)|bearer\s+)"
    r"[^\s&\"',;}]+"
)

LEVELS: Final = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}


def configure_logging(level: str, output: Literal["text", "json"]) -> None:
    """Send everything from `level` (debug, info, warning, error) on to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        drop_secrets,
    ]
    structlog.configure(
        processors=[drop_what_is_said, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, output))
    logging.basicConfig(handlers=[handler], level=LEVELS[level], force=True)
    for name in ("asyncio", "aiohttp.access"):
        logging.getLogger(name).setLevel(max(LEVELS[level], logging.WARNING))
    # It warns with a traceback of each connection that cannot be had: storage/outage.py says so once.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return drop_secrets_from_text(super().format(record))


def _formatter(shared: list[Processor], output: Literal["text", "json"]) -> logging.Formatter:
    processors: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if output == "json":
        processors += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_to_json)]
    else:
        # Plain tracebacks: the rich ones print local variables, and those hold passwords.
        traceback = structlog.dev.plain_traceback
        processors.append(
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=traceback)
        )
    return _Formatter(processors=processors, foreign_pre_chain=shared)


def drop_what_is_said(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Leave out failures whose reason is in the log already, as `is_in_log` of the error says."""
    failure = event.get("exc_info")
    error = sys.exception() if failure is True else failure
    if getattr(error, "is_in_log", False):
        raise structlog.DropEvent
    return event


def drop_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace what stands under a secret's name, at any depth."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def drop_secrets_from_text(line: str) -> str:
    """Replace secrets inside a finished line: in URLs, headers and tracebacks."""
    return SECRET_TEXT.sub(lambda match: match[1] + REDACTED, line)


def _without_secrets(key: str, value: object) -> object:
    if key.lower() in SECRET_KEYS:
        return REDACTED
    if isinstance(value, Mapping):
        return {inner: _without_secrets(str(inner), member) for inner, member in value.items()}
    return value


def _to_json(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
