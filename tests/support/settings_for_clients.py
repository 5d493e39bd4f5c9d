"""What a server in the tests' own process needs to be found by clients under its real address."""

from pathlib import Path

from homeserver.config.settings import Settings
from tests.support.ports import free_port


def settings_for_clients(data_dir: Path, database_url: str) -> Settings:
    """Return the settings of an open server, whose port is known before it starts."""
    return Settings.model_validate(
        {
            "server_name": "parlour.test",
            "database_url": database_url,
            "data_dir": data_dir,
            "auth": {"password_hash": "minimum"},
            "registration": {"mode": "open"},
            "listeners": [{"port": free_port(), "serve": ["client", "media", "health"]}],
        }
    )
