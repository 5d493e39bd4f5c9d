"""Settings from environment variables: PARLOUR_ and the key's path in capitals, joined by two underscores."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from homeserver.json_types import JsonObject

PREFIX = "PARLOUR_"
DELIMITER = "__"


def read_environment(settings: type[BaseModel]) -> JsonObject:
    """Return what this process's environment sets, nested as in `settings`; empty variables count as not set.

    Values are not validated: one that is not the JSON it should be is returned as its text.
    """
    keys = type("Keys", (BaseSettings, settings), {})
    source = _EnvironmentSource(
        keys,
        case_sensitive=False,
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
    )
    return source()


class _EnvironmentSource(EnvSettingsSource):
    """Leaves it to the validation of a key to refuse what is not the JSON it should be."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def misspelt_variables(names: Iterable[str], keys: Iterable[str]) -> list[str]:
    """Return a problem for each variable whose first part is almost, but not quite, a key.

    Other unknown PARLOUR_ variables are not ours to judge: Kubernetes makes PARLOUR_SERVICE_HOST and the like
    for a service called parlour. Unknown keys inside a table are found by validation.
    """
    variables = {key.upper(): f"{PREFIX}{key.upper()}" for key in keys}
    problems = []
    for name in sorted(names):
        first = name.removeprefix(PREFIX).split(DELIMITER)[0]
        near = get_close_matches(first, variables, n=1, cutoff=0.85)
        if name.startswith(PREFIX) and first not in variables and near:
            problems.append(f"{name}: unknown variable; did you mean {variables[near[0]]}?")
    return problems
