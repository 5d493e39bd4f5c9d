"""Who is pushed to, over TLS on a loopback port: a push gateway, and a push service of a browser."""

import asyncio
import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from homeserver.json_types import JsonObject
from tests.support.authority import Authority

NOTIFY = "/_matrix/push/v1/notify"
SECRET = bytes(range(16))


@dataclass
class PushGateway:
    """Keeps what it is sent, and answers as it is told.

    `status` and `body` are the answer; `rejected` are pushkeys that it does not want; while `resume` is
    cleared, requests wait. `asked` is set by the first.
    """

    base_url: str = ""
    status: int = 200
    body: bytes | None = None
    rejected: set[str] = field(default_factory=set)
    location: str | None = None
    notifications: list[JsonObject] = field(default_factory=list)
    messages: list["PushMessage"] = field(default_factory=list)
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.resume.set()

    @property
    def url(self) -> str:
        return self.base_url + NOTIFY

    @property
    def endpoint(self) -> str:
        """Where a browser is subscribed."""
        return f"{self.base_url}/browser"

    def events(self) -> list[str]:
        """Return the ids of the events that were told of, in the order of arrival."""
        return [found["event_id"] for found in self.notifications if "event_id" in found]

    def badges(self) -> list[int]:
        """Return the numbers that came without an event."""
        return [found["counts"]["unread"] for found in self.notifications if "event_id" not in found]

    async def handle_notify(self, request: web.Request) -> web.StreamResponse:
        self.asked.set()
        body = await request.json()
        await self.resume.wait()
        if self.status == 200 and self.body is None:
            self.notifications.append(body["notification"])
        return self._answer({"rejected": sorted(self.rejected)})

    async def handle_push(self, request: web.Request) -> web.StreamResponse:
        self.messages.append(PushMessage(dict(request.headers), await request.read()))
        return web.Response(status=201 if self.status == 200 else self.status)

    def _answer(self, body: JsonObject) -> web.StreamResponse:
        headers = {"Location": self.location} if self.location else {}
        return web.Response(
            body=orjson.dumps(body) if self.body is None else self.body,
            status=self.status,
            content_type="application/json",
            headers=headers,
        )


@dataclass(frozen=True)
class PushMessage:
    """What a push service was handed for a browser."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Browser:
    """A subscription's two secrets. It reads messages by the RFC's own words, not by the code under test."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def pushkey(self) -> str:
        return _encode(self.point)

    @property
    def auth(self) -> str:
        return _encode(SECRET)

    def read(self, message: PushMessage) -> Any:
        """Decrypt a message and decode its JSON."""
        salt, (record_size, length) = message.body[:16], struct.unpack("!LB", message.body[16:21])
        sender_point, ciphertext = message.body[21 : 21 + length], message.body[21 + length :]
        assert len(ciphertext) <= record_size
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
        prk = hmac.digest(SECRET, self.key.exchange(ec.ECDH(), sender), hashlib.sha256)
        ikm = hmac.digest(prk, b"WebPush: info\0" + self.point + sender_point + b"\x01", hashlib.sha256)
        prk = hmac.digest(salt, ikm, hashlib.sha256)
        key = hmac.digest(prk, b"Content-Encoding: aes128gcm\0\x01", hashlib.sha256)[:16]
        nonce = hmac.digest(prk, b"Content-Encoding: nonce\0\x01", hashlib.sha256)[:12]
        padded = AESGCM(key).decrypt(nonce, ciphertext, None)
        plaintext, delimiter, _ = padded.rpartition(b"\x02")
        assert delimiter
        return orjson.loads(plaintext)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode URL-safe base64 without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@asynccontextmanager
async def running_push_gateway(authority: Authority) -> AsyncIterator[PushGateway]:
    """Run both for the length of the block."""
    gateway = PushGateway()
    app = web.Application()
    app.router.add_post(NOTIFY, gateway.handle_notify)
    app.router.add_post("/browser", gateway.handle_push)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server_context()).start()
    gateway.base_url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield gateway
    finally:
        gateway.resume.set()
        await runner.cleanup()
