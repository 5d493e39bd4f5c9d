"""Reading the configuration: defaults, then the TOML file, then the environment."""

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from homeserver.config.environment import misspelt_variables, read_environment
from homeserver.config.object_store import endpoint_problems, forget_empty_variables
from homeserver.config.problems import ConfigProblems, describe_problems
from homeserver.config.settings import Settings
from homeserver.json_types import JsonObject


def load_settings(path: Path | None = None) -> Settings:
    """Read the configuration file, if one is given, and the environment over it.

    Where uploads are kept elsewhere, empty variables of the store's client leave the environment.

    Raises: ConfigProblems, listing everything that is wrong at once.
    """
    written = _read_toml(path) if path is not None else {}
    problems = misspelt_variables(os.environ, Settings.model_fields)
    try:
        settings = Settings.model_validate(_merge(written, read_environment(Settings)))
    except ValidationError as error:
        problems += describe_problems(Settings, error.errors(include_url=False))
        raise ConfigProblems(problems) from None
    if settings.media_url is not None:
        forget_empty_variables(os.environ)
        problems += endpoint_problems(settings.media_url.get_secret_value(), os.environ)
    if problems:
        raise ConfigProblems(problems)
    return settings


def _read_toml(path: Path) -> JsonObject:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigProblems([f"{path}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigProblems([f"{path}: is not TOML: {error}"]) from error


def _merge(under: JsonObject, over: JsonObject) -> JsonObject:
    """Put `over` on `under`, table by table; anything but a table is replaced whole."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
