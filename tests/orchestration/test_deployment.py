"""The files of a deployment in containers: they cannot be started here, so what can be checked without is checked.

`make lint` runs hadolint over the Dockerfile.
"""

import re
import tomllib
from typing import Any

import click
import dagster_postgres
import pytest
import yaml
from dagster import __version__ as dagster_version
from dagster._cli import create_dagster_cli
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema
from dagster._daemon.cli import create_dagster_daemon_cli
from dagster_webserver.cli import create_dagster_webserver_cli

from orchestration.settings import PROJECT

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("code", "webserver", "daemon")
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
INSTANCE = (PROJECT / "deploy" / "dagster.yaml").read_text()
POSTGRES = (PROJECT / "deploy" / "postgres.yaml").read_text()


@pytest.mark.parametrize("text", [INSTANCE, INSTANCE + POSTGRES], ids=["one machine", "compose"])
def test_dagster_accepts_the_configuration_of_its_instance(text: str) -> None:
    validated = validate_config(dagster_instance_config_schema(), yaml.safe_load(text))
    assert validated.success, validated.errors


def test_the_storage_in_postgres_is_an_extra_that_the_image_installs() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    [requirement] = project["optional-dependencies"]["postgres"]
    lock = (PROJECT / "deploy" / "requirements.lock").read_text()
    assert requirement.startswith("dagster-postgres") and "\ndagster-postgres==" in lock
    assert f"\ndagster=={dagster_version} " in lock
    assert "--requirement deploy/requirements.lock" in DOCKERFILE
    assert yaml.safe_load(POSTGRES)["storage"]["postgres"]["postgres_url"] == {"env": "DAGSTER_POSTGRES_URL"}
    assert dagster_postgres.DagsterPostgresStorage


def test_the_two_locks_pin_the_same_versions() -> None:
    pins = re.compile(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^ ;]+)", re.MULTILINE)
    whole = dict(pins.findall((PROJECT / "requirements.lock").read_text()))
    image = dict(pins.findall((PROJECT / "deploy" / "requirements.lock").read_text()))
    assert image and image.items() <= whole.items()
    assert "pytest" not in image


def test_our_services_share_image_state_and_storage_and_only_postgres_is_another() -> None:
    assert set(SERVICES) == {"postgres", *OURS}
    for name in OURS:
        service = SERVICES[name]
        assert (service["build"], service["image"]) == (".", "kuota")
        assert service["volumes"] == SERVICES["code"]["volumes"]
        assert service["environment"] == SERVICES["code"]["environment"]
        assert "@postgres:5432/" in service["environment"]["DAGSTER_POSTGRES_URL"]
    assert re.fullmatch(r"postgres:\d+\.\d+-\w+", SERVICES["postgres"]["image"])


def test_volumes_and_dependencies_are_declared_and_nothing_is_open_to_the_network() -> None:
    for name, service in SERVICES.items():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source.startswith("${") or source in COMPOSE["volumes"], (name, volume)
        for dependency, condition in service.get("depends_on", {}).items():
            assert condition == {"condition": "service_healthy"} and "healthcheck" in SERVICES[dependency]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|URL|SERVER", name):
                assert "${" in value


def test_the_commands_of_the_services_are_commands_of_dagster() -> None:
    roots = {
        "dagster": create_dagster_cli(),
        "dagster-webserver": create_dagster_webserver_cli(),
        "dagster-daemon": create_dagster_daemon_cli(),
    }
    for name in OURS:
        program, *words = SERVICES[name]["command"]
        command: click.Command = roots[program]
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, name
    [server] = yaml.safe_load((PROJECT / "deploy" / "workspace.yaml").read_text())["load_from"]
    assert str(server["grpc_server"]["port"]) in SERVICES["code"]["command"]
    assert server["grpc_server"]["host"] in SERVICES


def test_the_image_copies_what_is_there_and_runs_as_a_user_of_its_own() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    assert copied and all((PROJECT / path).exists() for path in copied)
    assert all((PROJECT / path).exists() for path in re.findall(r"deploy/[\w.]+", DOCKERFILE))
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert all(re.search(r":\d+\.\d+\.\d+-", line) for line in DOCKERFILE.splitlines() if line.startswith("FROM "))
    ignored = (PROJECT / ".dockerignore").read_text().split()
    assert {".git", "data"} <= set(ignored)
    needed = {"orchestration", "sample_company", "dbt_project", "sources", "expectations", "deploy", "pyproject.toml"}
    assert not needed & set(ignored)
