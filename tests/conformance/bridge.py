"""An application service for the operations that need one: it agrees to all, and serves one network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import yaml

from homeserver.json_types import JsonObject, JsonValue

AS_TOKEN: Final = "token-of-the-conformance-bridge"
PROTOCOL: JsonObject = {
    "user_fields": ["nickname"],
    "location_fields": ["channel"],
    "icon": "mxc://example.org/icon",
    "field_types": {},
    "instances": [],
}
ANSWERS: dict[str, JsonValue] = {
    "protocol": PROTOCOL,
    "user": [{"userid": "@_irc_bob:parlour.test", "protocol": "irc", "fields": {"nickname": "bob"}}],
    "location": [{"alias": "#_irc_chan:parlour.test", "protocol": "irc", "fields": {"channel": "#chan"}}],
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = self.path.partition("/thirdparty/")[2].partition("/")[0].partition("?")[0]
        self._answer(ANSWERS.get(kind))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer({})

    do_PUT = do_POST  # noqa: N815 the name that the base class looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 as in the base class
        """Say nothing."""

    def _answer(self, body: JsonValue) -> None:
        encoded = json.dumps({"errcode": "M_NOT_FOUND"} if body is None else body).encode()
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)


@contextmanager
def running_bridge(folder: Path) -> Iterator[Path]:
    """Run it for the length of the block, and return its registration file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, name="bridge")
    thread.start()
    path = folder / "bridge.yaml"
    registration = {
        "id": "irc",
        "url": f"http://127.0.0.1:{server.server_address[1]}",
        "as_token": AS_TOKEN,
        "hs_token": "unchecked",
        "sender_localpart": "_irc_bot",
        "namespaces": {"users": [{"exclusive": True, "regex": "@_irc_.*"}]},
        "protocols": ["irc"],
    }
    path.write_text(yaml.safe_dump(registration))
    try:
        yield path
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
