"""The example configuration file."""

import re
import tomllib
from pathlib import Path

from homeserver.config import Settings, load_settings
from homeserver.config.example import render_example
from homeserver.config.values import Section

EXAMPLE = Path(__file__).parents[3] / "parlour.example.toml"


def test_example_in_the_repository_is_up_to_date() -> None:
    assert EXAMPLE.read_text() == render_example(), "renew it: parlour config example > parlour.example.toml"


def test_example_as_it_stands_changes_nothing() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_example_with_its_comments_taken_off_gives_the_defaults() -> None:
    text = re.sub(r"(?m)^#\w+ =$|^# \S.*$", "", EXAMPLE.read_text())
    written = tomllib.loads(re.sub(r"(?m)^#", "", text))
    assert Settings.model_validate(written) == Settings()


def test_every_key_is_documented() -> None:
    defaults = Settings()
    for name, field in Settings.model_fields.items():
        section = getattr(defaults, name)
        if isinstance(section, Section):
            missing = [key for key, inner in type(section).model_fields.items() if not inner.description]
            assert missing == [], f"[{name}]"
        else:
            assert field.description, name
