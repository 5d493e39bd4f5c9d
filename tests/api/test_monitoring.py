"""The dashboard and the alerts ask for what the server tells."""

import json
import re
from pathlib import Path

import pytest
import yaml

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.authority import Authority

MONITORING = Path(__file__).parents[2] / "deployments" / "monitoring"
NAME = re.compile(r"\b(?:parlour|process)_[a-z_]+")
OF_PROMETHEUS = re.compile(r"_(?:bucket|sum|count)$")
PAGE = Path(__file__).parents[2] / "docs" / "operating" / "monitoring.md"


@pytest.fixture
def overrides(tmp_path: Path) -> JsonObject:
    """Every kind of listener: each has numbers of its own."""
    authority = Authority.make(tmp_path)
    tls = {"tls_certificate": authority.certificate_file, "tls_key": authority.key_file}
    served = {"port": 0, "serve": ["client", "metrics", "federation"]}
    return {"listeners": [served, {"port": 0, "serve": ["health"], **tls}]}


async def test_what_is_asked_for_is_told(client: ApiClient, alice: ApiClient) -> None:
    async with client.session.get(f"{client.base_url}/metrics") as answer:
        told = set(re.findall(r"^# TYPE (\S+)", await answer.text(), re.MULTILINE))
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
        for name in names(target["expr"])
    }
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]:
        asked |= {name for rule in group["rules"] for name in names(rule["expr"])}
    assert asked - told == set()
    assert len(asked) > 15
    documented = names(PAGE.read_text())
    assert {name for name in documented if not any(each.startswith(name) for each in told)} == set()
    assert asked - documented <= names("process_resident_memory_bytes process_cpu_seconds_total")


def test_every_alert_says_what_to_do() -> None:
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"]
            assert rule["labels"]["severity"] in ("critical", "warning")


def names(expression: str) -> set[str]:
    return {OF_PROMETHEUS.sub("", name) for name in NAME.findall(expression)}
