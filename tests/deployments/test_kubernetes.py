"""The Kubernetes manifests against its schemas, and their pods as processes that people chat through."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.deployments.composed import ComposedPlace
from tests.deployments.manifests import (
    BASE,
    K8S,
    as_service,
    config_map,
    kustomization,
    manifest,
    manifests,
    read_env,
)
from tests.deployments.people import get, post, put, register, seen_in
from tests.support.authority import Authority

pytestmark = pytest.mark.timeout(600)

FILES = sorted(file for file in K8S.rglob("*.yaml") if file.name != "kustomization.yaml")
DATABASE = "postgresql://parlour:secret@postgres/parlour"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_objects_are_such_by_their_schemas(file: Path) -> None:
    program = Path(sys.executable).with_name("kubernetes-validate")
    command = [str(program), "--strict", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_file_belongs_to_the_whole() -> None:
    told = set(kustomization()["resources"])
    assert told == {file.name for file in BASE.glob("*.yaml")} - {"kustomization.yaml"}


def test_containers_may_do_nothing_that_they_need_not() -> None:
    for workload in manifests():
        if workload["kind"] not in ("Deployment", "StatefulSet", "Job"):
            continue
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"], workload["metadata"]
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert "memory" in container["resources"]["limits"]


def test_no_worker_goes_before_another_has_come() -> None:
    spec = manifest("Deployment", "parlour")["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert manifest("PodDisruptionBudget", "parlour")["spec"]["minAvailable"] >= 1
    assert manifest("HorizontalPodAutoscaler", "parlour")["spec"]["minReplicas"] == spec["replicas"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedPlace]:
    folder = tmp_path_factory.mktemp("cluster")
    keys = folder / "keys"
    made = subprocess.run(
        [str(Path(sys.executable).with_name("parlour")), "keys", str(keys)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    config = {
        **config_map(),
        "PARLOUR_MEDIA_URL": f"file://{folder}/media",
        "PARLOUR_TRUSTED_PROXIES": '["127.0.0.0/8"]',
        "PARLOUR_REGISTRATION__MODE": "open",
        "PARLOUR_HOST": "localhost",
    }
    (folder / "media").mkdir()
    secrets = {**read_env(BASE / "secrets.env.example"), "POSTGRES_PASSWORD": "secret"}
    secrets = {name: value for name, value in secrets.items() if not name.startswith("AWS_")}
    secrets["PARLOUR_DATABASE_URL"] = secrets["PARLOUR_DATABASE_URL"].replace("PASSWORD", "secret")
    worker = as_service("Deployment", "parlour", config, secrets, "Dockerfile")
    services = {
        "postgres": as_service("StatefulSet", "postgres", config, secrets),
        "redis": as_service("Deployment", "redis", config, secrets),
        "parlour-1": worker,
        "parlour-2": worker,
        "nginx": as_service("Deployment", "nginx", config, secrets, "nginx.Dockerfile"),
    }
    # Names that a cluster resolves again and again; here they are two addresses.
    front = services["nginx"]["environment"]
    front["PARLOUR_RESOLVER"] = ""
    front["PARLOUR_UPSTREAM"] = "server parlour-1:8008; server parlour-2:8008;"
    place = ComposedPlace(folder, Authority.make(folder), services, {"/etc/parlour/keys": keys})
    try:
        place.start()
        yield place
    finally:
        place.stop()


async def test_people_chat_through_the_pods(web: aiohttp.ClientSession) -> None:
    alice, bob = await register(web, "alice"), await register(web, "bob")
    room_id = (await post(web, alice, "createRoom", {"preset": "public_chat"}))["room_id"]
    await post(web, bob, f"join/{room_id}", {})
    first = await get(web, bob, "sync")
    waiting = asyncio.create_task(seen_in(web, bob, room_id, first["next_batch"]))
    path = f"rooms/{room_id}/send/m.room.message/1"
    sent = await put(web, alice, path, {"msgtype": "m.text", "body": "hi"})
    assert sent["event_id"] in await waiting


async def test_all_pods_sign_with_the_key_of_the_secret(place: ComposedPlace) -> None:
    key_id = (place.folder / "keys" / "signing.key").read_text().split()[1]
    async with aiohttp.ClientSession() as session:
        for pod in ("parlour-1", "parlour-2"):
            async with session.get(f"http://{place.addresses[pod]}:8008/_matrix/key/v2/server") as answer:
                assert [*(await answer.json())["verify_keys"]] == [f"ed25519:{key_id}"]
