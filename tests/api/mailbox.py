"""What people do with the mail that the server sends them."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from tests.api.client import ApiClient, Reply
from tests.support.smtp_server import ReceivedMail, SmtpServer

CONFIRM = "/_matrix/client/parlour/confirm_email"


def smtp_settings(server: SmtpServer, **further: object) -> dict[str, object]:
    """Return the section `smtp` for a mail server of the tests."""
    settings = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "chat@example.org"}
    return {**settings, **further}


def link_in(mail: ReceivedMail) -> str | None:
    """Return the path of the link in a mail; both of its parts must hold the same one."""
    found = re.search(r"https://matrix\.example\.org(/\S+)", mail.part("plain"))
    if found is None:
        assert "<a " not in mail.part("html")
        return None
    assert found[1].replace("&", "&amp;") in mail.part("html")
    return found[1]


def link_of(mail: ReceivedMail) -> str:
    """Return the path of the link to confirm, of a server at any address."""
    found = re.search(r"http\S+?(/_matrix\S+)", mail.part("plain"))
    assert found is not None, mail.part("plain")
    return found[1]


async def press_button(client: ApiClient, link: str) -> Reply:
    """Open the link of a mail and press the button there."""
    assert (await client.request("GET", link)).status == 200
    fields = "&".join(f"{name}={value}" for name, value in parse_qsl(urlsplit(link).query))
    return await post_form(client, CONFIRM, fields)


async def post_form(client: ApiClient, path: str, fields: str) -> Reply:
    """Send a form as a browser does."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await client.request("POST", path, data=fields.encode(), headers=headers)


@dataclass(frozen=True)
class Validation:
    """What a client holds once the owner of an address has confirmed it."""

    sid: str
    client_secret: str

    @property
    def stage(self) -> dict[str, object]:
        """The stage of interactive authentication that it passes."""
        return {"type": "m.login.email.identity", "threepid_creds": self.creds}

    @property
    def creds(self) -> dict[str, str]:
        return {"sid": self.sid, "client_secret": self.client_secret}


async def ask(client: ApiClient, path: str, email: str, secret: str = "monkeys", attempt: int = 1) -> Reply:
    """Ask for a mail; `path` is what stands before `/email/requestToken`."""
    body = {"client_secret": secret, "email": email, "send_attempt": attempt}
    return await client.post(f"{path}/email/requestToken", body)


async def validate(
    client: ApiClient, server: SmtpServer, path: str, email: str, secret: str = "monkeys"
) -> Validation:
    """Ask for a mail, and do as it says."""
    sid = (await ask(client, path, email, secret)).ok()["sid"]
    link = link_in(await server.next_mail())
    assert link is not None
    assert (await press_button(client, link)).status == 200
    return Validation(sid, secret)


async def add_address(alice: ApiClient, server: SmtpServer, email: str) -> None:
    """Give an account an address."""
    validation = await validate(alice, server, "/account/3pid", email, secret=f"secret-of-{alice.device_id}")
    (await alice.post("/account/3pid/add", {**validation.creds, "auth": alice.password_auth()})).ok()
