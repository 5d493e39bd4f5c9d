"""As much of Google Cloud Storage's XML interface as its clients use for objects, with one bucket.

Requests are let in by the token that a service account signs for itself, as the real one's are.
Interface: https://cloud.google.com/storage/docs/xml-api/reference-methods
"""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

BUCKET: Final = "uploads"
ACCOUNT: Final = "parlour@project.iam.gserviceaccount.com"
CHANGED: Final = "Mon, 23 Nov 2026 10:00:00 GMT"
MAX_BODY: Final = 64 * 1024 * 1024


@dataclass
class GoogleStorage:
    """What is stored, and what is being uploaded in parts. `key_file` is what clients sign in with."""

    key: RSAPrivateKey
    key_file: Path
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    completed: int = 0
    """How many objects came in parts."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for an object."""
        if not self._is_signed(request):
            return _error(401, "AuthenticationRequired")
        name, query = request.match_info["name"], request.query
        match request.method:
            case "POST" if "uploads" in query:
                return self._begin()
            case "POST":
                return self._complete(query["uploadId"], name, await request.text())
            case "PUT" if "uploadId" in query:
                return self._take_part(query["uploadId"], int(query["partNumber"]), await request.read())
            case "PUT":
                self.objects[name] = await request.read()
                return web.Response(headers=_headers(self.objects[name]))
            case "DELETE":
                gone = self.objects.pop(name, None)
                return _error(404, "NoSuchKey") if gone is None else web.Response(status=204)
            case _:
                return self._read(name, request)

    def _is_signed(self, request: web.Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, self.key.public_key(), ["RS256"], options={"verify_aud": False})
        except jwt.InvalidTokenError:
            return False
        return bool(claims["iss"] == ACCOUNT)

    def _begin(self) -> web.Response:
        upload_id = f"upload-{len(self.uploads)}"
        self.uploads[upload_id] = {}
        return _xml("InitiateMultipartUploadResult", UploadId=upload_id)

    def _take_part(self, upload_id: str, number: int, data: bytes) -> web.Response:
        self.uploads[upload_id][number] = data
        return web.Response(headers={"ETag": _etag(data)})

    def _complete(self, upload_id: str, name: str, body: str) -> web.Response:
        parts = self.uploads.pop(upload_id)
        wanted = [each.text or "" for each in ElementTree.fromstring(body).iter() if _is_number(each)]
        self.objects[name] = b"".join(parts[int(number)] for number in wanted)
        self.completed += 1
        return _xml("CompleteMultipartUploadResult", ETag=_etag(self.objects[name]))

    def _read(self, name: str, request: web.Request) -> web.Response:
        data = self.objects.get(name)
        if data is None:
            return _error(404, "NoSuchKey")
        if "Range" not in request.headers:
            return web.Response(body=data, headers=_headers(data))
        start, stop, _ = request.http_range.indices(len(data))
        headers = {**_headers(data), "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
        return web.Response(status=206, body=data[start:stop], headers=headers)


@asynccontextmanager
async def running_google_storage(folder: Path) -> AsyncIterator[GoogleStorage]:
    """Run it for the length of the block; its key file lies in a folder."""
    storage = GoogleStorage(generate_private_key(65537, 2048), folder / "service-account.json")
    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_route("*", f"/{BUCKET}/{{name:.+}}", storage.handle)
    async with TestServer(app) as server:
        private = storage.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        account = {
            "type": "service_account", "client_email": ACCOUNT, "private_key_id": "1",
            "private_key": private.decode(), "gcs_base_url": str(server.make_url("")).rstrip("/"),
        }  # fmt: skip
        storage.key_file.write_text(json.dumps(account))
        yield storage


def _is_number(element: "ElementTree.Element[str]") -> bool:
    return element.tag.rpartition("}")[2] == "PartNumber"


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _headers(data: bytes) -> dict[str, str]:
    return {"ETag": _etag(data), "Last-Modified": CHANGED, "x-goog-generation": "1"}


def _xml(root: str, *, status: int = 200, **children: str) -> web.Response:
    tree = ElementTree.Element(root)
    for name, text in children.items():
        ElementTree.SubElement(tree, name).text = text
    return web.Response(status=status, body=ElementTree.tostring(tree), content_type="application/xml")


def _error(status: int, code: str) -> web.Response:
    return _xml("Error", status=status, Code=code)
