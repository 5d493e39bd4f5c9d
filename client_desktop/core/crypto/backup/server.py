"""The backup as the server has it: its versions and the encrypted keys in them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from client_desktop.core.api import Api, path
from client_desktop.core.crypto.backup.session_data import ALGORITHM
from client_desktop.core.crypto.primitives import CryptoError, check_curve25519_key
from client_desktop.core.errors import BadAnswer, MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_count, as_object, as_text

VERSION: Final = "/_matrix/client/v3/room_keys/version"
KEYS: Final = "/_matrix/client/v3/room_keys/keys"
MAX_RESTORED_BYTES: Final = 512 * 1024 * 1024
RESTORE_TIMEOUT_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class BackupVersion:
    """A version of the backup; `public_key` in unpadded base64."""

    version: str
    public_key: str
    auth_data: ReadonlyJsonObject
    count: int


class BackupServer:
    """Requests about the backup."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def current(self) -> BackupVersion | None:
        """Return the newest version; None where there is none, or one that this client cannot use.

        Raises: ClientError.
        """
        try:
            answer = await self._api.get(VERSION, retry=True)
        except MatrixError as error:
            if error.status == 404:
                return None
            raise
        return _parse(answer)

    async def create(self, auth_data: ReadonlyJsonObject) -> str:
        """Begin a new version and return its name.

        Raises: ClientError.
        """
        answer = await self._api.post(VERSION, {"algorithm": ALGORITHM, "auth_data": auth_data})
        version = as_text(answer.get("version"), limit=255)
        if not version:
            raise BadAnswer("a backup without a version")
        return version

    async def update(self, version: BackupVersion, auth_data: ReadonlyJsonObject) -> None:
        """Replace the signatures of a version.

        Raises: ClientError.
        """
        body = {"algorithm": ALGORITHM, "auth_data": auth_data, "version": version.version}
        await self._api.put(path(VERSION + "/{}", version.version), body)

    async def delete(self, version: str) -> None:
        """Delete a version with all the keys in it; one that is gone already is no error.

        Raises: ClientError.
        """
        try:
            await self._api.delete(path(VERSION + "/{}", version), retry=True)
        except MatrixError as error:
            if error.status != 404:
                raise

    async def put_keys(self, version: str, rooms: ReadonlyJsonObject) -> None:
        """Store keys, by room and session.

        Raises: ClientError; M_WRONG_ROOM_KEYS_VERSION when there is a newer version.
        """
        await self._api.put(KEYS, {"rooms": rooms}, {"version": version}, retry=True)

    async def get_keys(self, version: str) -> JsonObject:
        """Return everything: room id to session id to encrypted key.

        Raises: ClientError.
        """
        answer = await self._api.get(
            KEYS,
            {"version": version},
            timeout_s=RESTORE_TIMEOUT_S,
            retry=True,
            max_bytes=MAX_RESTORED_BYTES,
        )
        rooms = as_object(answer.get("rooms"))
        return {room_id: as_object(as_object(room).get("sessions")) for room_id, room in rooms.items()}

    async def get_key(self, version: str, room_id: str, session_id: str) -> JsonObject | None:
        """Return one encrypted key, or None.

        Raises: ClientError.
        """
        target = path(KEYS + "/{}/{}", room_id, session_id)
        try:
            return await self._api.get(target, {"version": version}, retry=True)
        except MatrixError as error:
            if error.status == 404:
                return None
            raise


def _parse(answer: JsonObject) -> BackupVersion | None:
    auth_data = as_object(answer.get("auth_data"))
    version = as_text(answer.get("version"), limit=255)
    if answer.get("algorithm") != ALGORITHM or not version:
        return None
    try:
        public_key = check_curve25519_key(as_text(auth_data.get("public_key")))
    except CryptoError:
        return None
    return BackupVersion(version, public_key, auth_data, as_count(answer.get("count")))
