"""What the verbs of this package need."""

from dataclasses import dataclass, field

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.config.smtp import Smtp
from homeserver.errors import MatrixError
from homeserver.fanout.shares import Shares, WorkCall
from homeserver.mail.templates import Templates
from homeserver.storage.db import Database


@dataclass(frozen=True, slots=True)
class MailContext:
    """The dependencies of sending mail.

    `due` is set when there is something new to send for the shares of this worker.
    """

    smtp: Smtp
    server_name: ServerName
    clock: Clock
    db: Database
    shares: Shares = field(default_factory=Shares)
    templates: Templates = field(default_factory=Templates)
    due: WorkCall = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "due", self.shares.call("mail"))

    @property
    def is_on(self) -> bool:
        """Whether this server sends mail at all."""
        return self.smtp.host is not None

    def require_on(self) -> None:
        """Refuse to go on where no mail server is configured.

        Raises: MatrixError M_THREEPID_MEDIUM_NOT_SUPPORTED.
        """
        if not self.is_on:
            raise MatrixError("M_THREEPID_MEDIUM_NOT_SUPPORTED", 400, "This server sends no e-mail")
