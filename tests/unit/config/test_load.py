"""Reading settings from a file and the environment."""

import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from homeserver.config import ConfigProblems, load_settings
from homeserver.config.listeners import Resource
from homeserver.config.registration import RegistrationMode


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("PARLOUR_")]:
        monkeypatch.delenv(name)


def problems_of(path: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigProblems) as caught:
        load_settings(path)
    return caught.value.problems


def write(folder: Path, text: str) -> Path:
    path = folder / "parlour.toml"
    path.write_text(text)
    return path


def test_nothing_at_all_is_enough() -> None:
    settings = load_settings()
    assert settings.server_name == "localhost"
    assert settings.base_url == "http://127.0.0.1:8008"
    assert settings.registration.mode is RegistrationMode.TOKEN
    main, metrics = settings.listeners
    assert set(main.serve) == set(Resource) - {Resource.METRICS}
    assert (metrics.bind, metrics.port, metrics.serve) == ("127.0.0.1", 9091, (Resource.METRICS,))


def test_environment_wins_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, 'server_name = "file.example"\n[federation]\nenabled = false\nca_file = "a.pem"\n')
    monkeypatch.setenv("PARLOUR_FEDERATION__CA_FILE", "environment.pem")
    settings = load_settings(path)
    assert settings.server_name == "file.example"
    assert settings.federation.ca_file == Path("environment.pem")
    assert settings.federation.enabled is False


def test_lists_and_tables_are_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_TRUSTED_PROXIES", '["10.0.0.1/8", "::1"]')
    monkeypatch.setenv("PARLOUR_LISTENERS", '[{"bind": "::", "port": 80, "serve": ["client"]}]')
    monkeypatch.setenv("PARLOUR_WELL_KNOWN__CLIENT", '{"org.example": {"a": 1}}')
    settings = load_settings()
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.base_url == "http://[::1]:80"
    assert settings.well_known.client == {"org.example": {"a": 1}}


def test_sizes_and_durations_have_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_MEDIA__MAX_UPLOAD", "3M")
    monkeypatch.setenv("PARLOUR_RETENTION__MESSAGES", "30d")
    settings = load_settings()
    assert settings.media.max_upload == 3 * 1024**2
    assert settings.retention.messages == timedelta(days=30)


def test_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", "")
    assert load_settings().database_url is None


def test_empty_variable_of_the_object_store_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_MEDIA_URL", "s3://bucket/prefix")
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    load_settings()
    found = {name: os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_REGION")}
    assert found == {"AWS_ENDPOINT_URL": None, "AWS_SESSION_TOKEN": None, "AWS_REGION": "us-east-1"}


@pytest.mark.parametrize(
    "address", ["minio:9000", "https://", "http://:80", "http://a b", "https://[::1", "http://a:99999", "/"]
)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"])
def test_address_of_an_object_store_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv("PARLOUR_MEDIA_URL", "s3://bucket/prefix")
    monkeypatch.setenv(name, address)
    problem = f"{name}: should be the store's URL, as https://minio.example.org:9000"
    assert problems_of(None) == (problem,)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000", "https://[::1]/", "https://s3.example.org/some/path"]
)
def test_address_of_an_object_store_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PARLOUR_MEDIA_URL", "s3://bucket/prefix")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    load_settings()


def test_single_path_of_appservices_is_a_list_of_one(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, 'appservices = "folder"')).appservices == (Path("folder"),)


def test_all_problems_are_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_WORKERS", "none")
    path = write(
        tmp_path,
        """
        server_nam = "x"
        log_level = "loud"
        trusted_proxies = ["nonsense"]
        [media]
        max_upload = "50 elephants"
        [retention]
        messages = 30
        [federation]
        ca_fil = "x"
        [[listeners]]
        port = 99999
        """,
    )
    problems = problems_of(path)
    assert {line.split(": ")[0] for line in problems} == {
        "server_nam",
        "workers",
        "log_level",
        "trusted_proxies[0]",
        "media.max_upload",
        "retention.messages",
        "federation.ca_fil",
        "listeners[0].port",
    }
    assert len(problems) == 8


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('server_nam = "x"', "server_nam: unknown key; did you mean server_name?"),
        ("[federation]\nca_fil = 1", "federation.ca_fil: unknown key; did you mean federation.ca_file?"),
        ("[[listeners]]\nprot = 1", "listeners[0].prot: unknown key; did you mean listeners[0].port?"),
        ("zebra = 1", "zebra: unknown key"),
        ('log_level = "loud"', "log_level: should be 'debug', 'info', 'warning' or 'error' (it is 'loud')"),
        ("registration = 1", "registration: should be a table (it is 1)"),
        ('listeners = "x"', "listeners: should be a list (it is 'x')"),
        ('listeners = [{tls_key = "x"}]', "listeners[0]: tls_certificate and tls_key must be set together"),
        (
            'database_url = "mysql://x"',
            "database_url: should begin with one of postgresql:, postgres:",
        ),
        (
            'redis_url = "http://x"',
            "redis_url: should begin with one of redis:, rediss:, unix:, redis+sentinel:, redis+cluster:",
        ),
        ('media_url = "file://x/y"', "media_url: should hold an absolute path: file:///var/lib/…"),
        ("listeners = [{}, {}]", "two listeners have the same address and port"),
    ],
)
def test_problem_names_the_key_and_what_would_be_right(tmp_path: Path, text: str, problem: str) -> None:
    assert problems_of(write(tmp_path, text)) == (problem,)


def test_secret_is_never_shown(tmp_path: Path) -> None:
    """Tuwunel 1.9.0: a dump of the configuration held a bearer token."""
    path = write(tmp_path, 'database_url = ["s3cret"]\nturn = {password = 424242}')
    text = "\n".join(problems_of(path))
    assert "database_url" in text
    assert "turn.password" in text
    assert "s3cret" not in text
    assert "424242" not in text


def test_broken_json_in_the_environment_is_one_of_the_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_LISTENERS", '[{"port": 1')
    monkeypatch.setenv("PARLOUR_WORKERS", "0")
    assert len(problems_of()) == 2


def test_misspelt_variable_is_a_problem_and_a_foreign_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PARLOUR_PORT_8008_TCP_ADDR", "10.0.0.1")
    load_settings()
    monkeypatch.setenv("PARLOUR_SERVERNAME", "x")
    monkeypatch.setenv("PARLOUR_FEDERATION__CA_FIL", "x")
    assert problems_of() == (
        "PARLOUR_SERVERNAME: unknown variable; did you mean PARLOUR_SERVER_NAME?",
        "federation.ca_fil: unknown key; did you mean federation.ca_file?",
    )


@pytest.mark.parametrize("text", ["= 1", "\xff"])
def test_file_that_is_not_toml_is_a_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "parlour.toml"
    path.write_bytes(text.encode("latin-1"))
    assert "is not TOML" in problems_of(path)[0]


def test_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in problems_of(tmp_path / "absent.toml")[0]


@pytest.mark.parametrize("name", ["localhost", "example.org:8448", "1.2.3.4", "[::1]:80", "a" * 230])
def test_server_name_may_be_host_or_address_with_port(tmp_path: Path, name: str) -> None:
    assert load_settings(write(tmp_path, f'server_name = "{name}"')).server_name == name


@pytest.mark.parametrize("name", ["", "a b", "https://example.org", "example.org:", "a_b", "ü.example"])
def test_anything_else_is_no_server_name(tmp_path: Path, name: str) -> None:
    assert "server_name: " in problems_of(write(tmp_path, f'server_name = "{name}"'))[0]
