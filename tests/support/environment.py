"""Settings as environment variables, the way a container's operator writes them; standard library alone."""

import json
from collections.abc import Mapping
from typing import Any


def render_environment(settings: Mapping[str, Any], prefix: str = "PARLOUR_") -> dict[str, str]:
    """Return the variables of nested settings: `{"limits": {"enabled": False}}` is PARLOUR_LIMITS__ENABLED.

    Keys whose value is None are left out.
    """
    variables: dict[str, str] = {}
    for key, value in settings.items():
        name = prefix + key.upper()
        if isinstance(value, Mapping):
            variables.update(render_environment(value, f"{name}__"))
        elif value is not None:
            variables[name] = value if isinstance(value, str) else json.dumps(value)
    return variables
