"""Reading the Kubernetes manifests, and describing their pods as Compose would describe services."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

K8S = Path(__file__).parents[2] / "deployments" / "k8s"
BASE = K8S / "base"

Manifest = dict[str, Any]


def manifests() -> Iterator[Manifest]:
    """Yield every object of the base."""
    for name in kustomization()["resources"]:
        yield from yaml.safe_load_all((BASE / name).read_text())


def kustomization() -> Manifest:
    found: Manifest = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    return found


def manifest(kind: str, name: str) -> Manifest:
    """Return the one object of that kind and name."""
    return next(found for found in manifests() if found["kind"] == kind and found["metadata"]["name"] == name)


def config_map() -> dict[str, str]:
    """Return the settings as the file says them that the config map is made of."""
    return read_env(BASE / "parlour.env")


def read_env(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def as_service(
    kind: str, name: str, config: Mapping[str, str], secrets: Mapping[str, str], dockerfile: str | None = None
) -> dict[str, Any]:
    """Return the container of a workload as a service of Compose, its readiness probe as the health check."""
    [container] = manifest(kind, name)["spec"]["template"]["spec"]["containers"]
    service: dict[str, Any] = {
        "image": container["image"],
        "environment": _environment(container, config, secrets),
    }
    if "args" in container:
        service["command"] = container["args"]
    if dockerfile:
        service["build"] = {"dockerfile": f"deployments/docker/{dockerfile}"}
    if probe := container.get("readinessProbe"):
        service["healthcheck"] = {"test": ["CMD", *_asked(probe, container)]}
    return service


def _environment(
    container: Manifest, config: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    environment: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        environment.update(config if "configMapRef" in source else secrets)
    for entry in container.get("env", ()):
        origin = entry.get("valueFrom", {})
        if "secretKeyRef" in origin:
            environment[entry["name"]] = secrets[origin["secretKeyRef"]["key"]]
        elif "configMapKeyRef" in origin:
            environment[entry["name"]] = config[origin["configMapKeyRef"]["key"]]
        else:
            environment[entry["name"]] = entry["value"]
    return environment


def _asked(probe: Manifest, container: Manifest) -> list[str]:
    if "exec" in probe:
        return list(probe["exec"]["command"])
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    return ["GET", f"{ports[probe['httpGet']['port']]}{probe['httpGet']['path']}"]
