"""The whole configuration, as one immutable value."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from homeserver.config.auth import Auth
from homeserver.config.captcha import Captcha
from homeserver.config.federation import Federation
from homeserver.config.jwt import Jwt
from homeserver.config.limits import Limits
from homeserver.config.listeners import DEFAULT_LISTENERS, Listener, Resource
from homeserver.config.media import Media
from homeserver.config.oidc import Oidc
from homeserver.config.presence import Presence
from homeserver.config.previews import Previews
from homeserver.config.push import Push
from homeserver.config.registration import Registration
from homeserver.config.retention import Retention
from homeserver.config.rooms import Rooms
from homeserver.config.rtc import Rtc
from homeserver.config.search import Search
from homeserver.config.server_notices import ServerNotices
from homeserver.config.shutdown import Shutdown
from homeserver.config.smtp import Smtp
from homeserver.config.turn import Turn
from homeserver.config.urls import DatabaseUrl, MediaUrl, RedisUrl
from homeserver.config.values import Network, Section
from homeserver.config.web import Web
from homeserver.config.well_known import WellKnown

SERVER_NAME = r"^(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$"


class LogLevel(StrEnum):
    """From which weight on a line is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks."""

    TEXT = "text"
    JSON = "json"


def as_list(value: object) -> object:
    """Let a single path stand for a list of one."""
    return (value,) if isinstance(value, str | Path) else value


class Settings(Section):
    """Everything an operator can set. Relative paths count from the working directory."""

    server_name: str = Field(default="localhost", max_length=230, pattern=SERVER_NAME)
    """The name in user ids, room aliases and events. It is kept in the database and can never change."""
    public_baseurl: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """The URL under which clients find the server. Default: the first listener that serves clients."""
    data_dir: Path = Path("parlour-data")
    """The folder of everything the server keeps itself: embedded database, media, keys."""
    database_url: DatabaseUrl | None = Field(default=None, min_length=1)
    """PostgreSQL 15 to 18, as `postgresql://user:password@host/database`. Default: an embedded one, which
    keeps its data in `data_dir`."""
    redis_url: RedisUrl | None = Field(default=None, min_length=1)
    """Redis for several workers, as `redis://host/0`. Default: in process, or through PostgreSQL."""
    media_url: MediaUrl | None = Field(default=None, min_length=1)
    """Where uploads are kept, as `s3://bucket/prefix`, `gs://`, `az://` or `file:///`. Default: `media` in
    `data_dir`."""
    workers: int = Field(default=1, ge=1, le=64)
    """How many worker processes run."""
    log_level: LogLevel = LogLevel.INFO
    """`debug`, `info`, `warning` or `error`."""
    log_format: LogFormat = LogFormat.TEXT
    """`text` for people, `json` for machines; both on standard error."""
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses or networks whose X-Forwarded-For header counts."""
    appservices: Annotated[tuple[Path, ...], BeforeValidator(as_list)] = ()
    """A folder of application services' registration files, or a list of such files."""
    listeners: tuple[Listener, ...] = Field(default=DEFAULT_LISTENERS, min_length=1)
    """The sockets, as tables with `bind`, `port`, `tls_certificate`, `tls_key` and `serve`."""

    registration: Registration = Registration()
    auth: Auth = Auth()
    limits: Limits = Limits()
    rooms: Rooms = Rooms()
    search: Search = Search()
    presence: Presence = Presence()
    federation: Federation = Federation()
    well_known: WellKnown = WellKnown()
    media: Media = Media()
    retention: Retention = Retention()
    server_notices: ServerNotices = ServerNotices()
    smtp: Smtp = Smtp()
    oidc: Oidc = Oidc()
    jwt: Jwt = Jwt()
    turn: Turn = Turn()
    rtc: Rtc = Rtc()
    previews: Previews = Previews()
    captcha: Captcha = Captcha()
    push: Push = Push()
    web: Web = Web()
    shutdown: Shutdown = Shutdown()

    @model_validator(mode="after")
    def check_listeners_do_not_collide(self) -> Self:
        addresses = [
            (listener.bind, 0 if listener.unix_path else listener.port)
            for listener in self.listeners
            if listener.port
        ]
        if len(set(addresses)) < len(addresses):
            raise ValueError("two listeners have the same address and port")
        return self

    @property
    def base_url(self) -> str:
        """The URL under which clients find the server, without a slash at its end."""
        if self.public_baseurl is not None:
            return self.public_baseurl.rstrip("/")
        serving = (listener for listener in self.listeners if Resource.CLIENT in listener.serve)
        return next(serving, self.listeners[0]).base_url
