"""Registration by shared secret, the one way to make accounts that both homeservers have."""

import hmac

from benchmarks.homeserver import Account
from benchmarks.load_client import ConnectionPool

PATH = "/_synapse/admin/v1/register"
PASSWORD = "correct horse battery staple"


async def register_with_secret(pool: ConnectionPool, secret: str, localpart: str) -> Account:
    """Register one ordinary user and return its first device's access token."""
    nonce = (await pool.request("GET", PATH))["nonce"]
    message = b"\x00".join(part.encode() for part in (nonce, localpart, PASSWORD, "notadmin"))
    body = {
        "nonce": nonce,
        "username": localpart,
        "password": PASSWORD,
        "admin": False,
        "mac": hmac.digest(secret.encode(), message, "sha1").hex(),
    }
    answer = await pool.request("POST", PATH, body=body)
    return Account(user_id=answer["user_id"], access_token=answer["access_token"])
