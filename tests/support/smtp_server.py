"""A mail server as small as the tests need, on a loopback port: it keeps what it is given, or misbehaves."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.support.ports import free_port


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as it arrived; `recipient` is that of the envelope."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    def part(self, kind: str) -> str:
        """Return the text of the part of one kind, `plain` or `html`."""
        body = self.message.get_body((kind,))
        assert body is not None
        content = body.get_content()
        assert isinstance(content, str)
        return content.replace("\r\n", "\n")


@dataclass
class SmtpServer:
    """Speaks SMTP, with STARTTLS where it is given a context; `answers` replaces what it says to a command.

    `stalls_at` is the command that is never answered. `commands` are the first words of all that was said.
    While `resume` is cleared, mails are taken and nobody is told.
    """

    starttls: ssl.SSLContext | None = None
    account: tuple[str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    stalls_at: str | None = None
    port: int = field(default_factory=free_port)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    arrived: "asyncio.Queue[ReceivedMail]" = field(default_factory=asyncio.Queue)
    conversations: set["asyncio.Task[object]"] = field(default_factory=set)
    resume: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.resume.set()

    async def next_mail(self) -> ReceivedMail:
        """Return the next mail that nobody asked for yet."""
        async with asyncio.timeout(60):
            return await self.arrived.get()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self.conversations.add(task)
        try:
            await _Conversation(self, reader, writer).hold()
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            self.conversations.discard(task)
            writer.transport.abort()

    async def stop(self) -> None:
        """End what is being said."""
        conversations = list(self.conversations)
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


class _Conversation:
    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._sender, self._recipients = "", list[str]()
        self._is_secure = False

    async def hold(self) -> None:
        await self._say("220 mail.example ready")
        while line := (await self._reader.readline()).decode().strip():
            word = line.split()[0].upper().removesuffix(":")
            self._server.commands.append(word)
            if word == self._server.stalls_at:
                await asyncio.Event().wait()
            if word in self._server.answers:
                await self._say(self._server.answers[word])
                if self._server.answers[word].startswith("421"):
                    return
            elif not await self._obey(word, line):
                return

    async def _obey(self, word: str, line: str) -> bool:
        match word:
            case "EHLO":
                offers = ["250-mail.example", "250-8BITMIME", "250-SMTPUTF8"]
                if self._server.starttls is not None and not self._is_secure:
                    offers.append("250-STARTTLS")
                if self._server.account is not None:
                    offers.append("250-AUTH PLAIN")
                await self._say("\r\n".join([*offers, "250 HELP"]))
            case "STARTTLS" if self._server.starttls is not None:
                await self._say("220 go ahead")
                await self._writer.start_tls(self._server.starttls)
                self._is_secure = True
            case "AUTH":
                _, name, password = base64.b64decode(line.split()[2]).decode().split("\0")
                await self._say("235 welcome" if (name, password) == self._server.account else "535 wrong")
            case "MAIL":
                self._sender, self._recipients = _address(line), []
                await self._say("250 ok")
            case "RCPT":
                self._recipients.append(_address(line))
                await self._say("250 ok")
            case "DATA":
                await self._say("354 go ahead")
                await self._receive()
            case "RSET" | "NOOP":
                await self._say("250 ok")
            case "QUIT":
                await self._say("221 bye")
                return False
            case _:
                await self._say("502 not known")
        return True

    async def _receive(self) -> None:
        raw = (await self._reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        refusal = self._server.answers.get("BODY")
        if refusal is not None:
            await self._say(refusal)
            return
        for recipient in self._recipients:
            mail = ReceivedMail(self._sender, recipient, raw)
            self._server.mails.append(mail)
            self._server.arrived.put_nowait(mail)
        await self._server.resume.wait()
        await self._say("250 taken")

    async def _say(self, answer: str) -> None:
        self._writer.write(answer.encode() + b"\r\n")
        await self._writer.drain()


@asynccontextmanager
async def running_smtp_server(
    server: SmtpServer | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SmtpServer]:
    """Run a mail server, which speaks TLS from the start where it is given a context.

    A server that ran before is found on its port again.
    """
    server = server or SmtpServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", server.port, ssl=tls)
    try:
        yield server
    finally:
        listening.close()
        await server.stop()
        await listening.wait_closed()


def _address(line: str) -> str:
    return line[line.index("<") + 1 : line.index(">")]
