"""docker-compose.yml: by the schema of compose, and by what is asked of every container here."""

import copy
import re
from collections.abc import Callable
from typing import Any

import compose_spec
import pytest
import yaml
from django.core.management import get_commands

from advisor.environment.variables import refuse
from tests.conftest import ROOT
from tests.deploy import compose, documented
from tests.deploy.compose import Service, size

COMPOSE = compose.read()
SERVICES: dict[str, Service] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if "build" in each}
LASTING = sorted(set(SERVICES) - {"setup"})
OWN_VARIABLES = {"ADVISOR_VERSION", "PUBLISHED"}  # of the file itself: docs/deployment.md
TMP = "/tmp"  # noqa: S108  of a container
IMAGE = re.compile(r"[a-z-]+:\d+(\.\d+)*(-[a-z]+)?(@sha256:[0-9a-f]{64})?")

RULES: dict[str, Callable[[Service], bool]] = {
    "read-only root": lambda each: each["read_only"] is True,
    "no capability": lambda each: each["cap_drop"] == ["ALL"] and "cap_add" not in each,
    "no new privileges": lambda each: each["security_opt"] == ["no-new-privileges:true"],
    "not root": lambda each: int(each["user"].partition(":")[0]) >= 99,
    "memory": lambda each: each["mem_limit"] == each["memswap_limit"],
    "processors": lambda each: 0 < each["cpus"] <= 2,
    "processes": lambda each: 0 < each["pids_limit"] <= 256,
    "logs end": lambda each: set(each["logging"]["options"]) == {"max-size", "max-file"},
    "networks": lambda each: bool(each["networks"]),
    "init": lambda each: each["init"] is True,
    "an image that is named": lambda each: IMAGE.fullmatch(each["image"]) is not None,
    "memory for its files in memory": lambda each: (
        sum(map(_size_of_tmpfs, each.get("tmpfs", []))) <= size(_memory(each)) * 3 / 4
    ),
}
RULES_OF_LASTING: dict[str, Callable[[Service], bool]] = {
    "comes back": lambda each: each["restart"] == "unless-stopped",
    "time to end": lambda each: int(each["stop_grace_period"].removesuffix("s")) >= 10,
    "a health check that ends": lambda each: (
        {"test", "interval", "timeout", "retries", "start_period"} == set(each["healthcheck"])
        and _seconds(each["healthcheck"]["timeout"]) <= _seconds(each["healthcheck"]["interval"])
    ),
}


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def _memory(each: Service) -> str:
    return str(each["mem_limit"])


def _size_of_tmpfs(mount: str) -> int:
    return size(mount.partition("size=")[2].partition(",")[0])


def broken(service: Service, rules: dict[str, Callable[[Service], bool]]) -> list[str]:
    names = []
    for name, holds in rules.items():
        try:
            is_kept = holds(service)
        except (KeyError, ValueError):
            is_kept = False
        if not is_kept:
            names.append(name)
    return names


def test_the_schema_of_compose_is_kept() -> None:
    for environment in ({}, {"PUBLISHED": "0.0.0.0:443", "ADVISOR_VERSION": "1.2.3"}):
        resolved = yaml.safe_dump(compose.read(**environment))
        file = compose_spec.PyCompose.from_yaml(resolved)
        file.validate()  # volumes, networks and secrets that are used are declared
        assert set(file.to_spec().services or {}) == set(SERVICES)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_closed_and_bounded(name: str) -> None:
    assert broken(SERVICES[name], RULES) == []


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_comes_back(name: str) -> None:
    assert broken(SERVICES[name], RULES_OF_LASTING) == []


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("read_only", False, "read-only root"),
        ("cap_add", ["NET_RAW"], "no capability"),
        ("security_opt", [], "no new privileges"),
        ("user", "0:0", "not root"),
        ("mem_limit", "9g", "memory"),
        ("image", "nginx:latest", "an image that is named"),
        ("image", "nginx", "an image that is named"),
        ("tmpfs", [TMP], "memory for its files in memory"),
        ("tmpfs", [f"{TMP}:size=3g"], "memory for its files in memory"),
    ],
)
def test_a_container_that_is_open_is_noticed(key: str, value: object, rule: str) -> None:
    service = copy.deepcopy(SERVICES["web"]) | {key: value}
    assert broken(service, RULES) == [rule]


def test_a_limit_that_is_missing_is_noticed() -> None:
    for key in ("read_only", "cap_drop", "security_opt", "user", "cpus", "pids_limit", "logging"):
        service = {name: value for name, value in SERVICES["web"].items() if name != key}
        assert len(broken(service, RULES)) == 1, key


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["127.0.0.1:8080:8080"]
    inside = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert inside == {"front", "data"}
    for name in ("postgres", "redis", "beat", "setup"):
        assert SERVICES[name]["networks"] == ["data"]
    assert "data" not in SERVICES["proxy"]["networks"]


def test_every_setting_is_passed_on() -> None:
    for name, each in OURS.items():
        assert documented.not_passed_on(each["environment"]) == set(), name
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    known = set(re.findall(r"^([A-Z_]+)=", example, re.M))
    assert compose.variables() - known == OWN_VARIABLES


def test_secrets_are_files() -> None:
    for name, each in SERVICES.items():
        given = dict(each.get("environment", {}))
        assert not set(given) & {*documented.SECRETS - {"REDIS_URL"}, "POSTGRES_PASSWORD"}, name
        files = {path for key, path in given.items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in each.get("secrets", [])}, name
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "secrets/" in ignored


def test_what_it_sets_can_be_used() -> None:
    given = {key: value for key, value in SERVICES["web"]["environment"].items() if value}
    refuse(given)


def test_the_database_is_ready_and_set_up_before_anything_asks_it() -> None:
    assert set(SERVICES["setup"]["depends_on"]) == {"postgres"}
    for name in set(OURS) - {"setup"}:
        waits: dict[str, Any] = OURS[name]["depends_on"]
        assert waits["setup"] == {"condition": "service_completed_successfully"}
        assert waits["redis"] == waits["postgres"] == {"condition": "service_healthy"}


def test_the_commands_exist() -> None:
    shown = " ".join(" ".join(each["command"]) for each in SERVICES.values())
    for command in re.findall(r"manage\.py (\w+)", shown):
        assert command in get_commands()
    for module in re.findall(r"(?:-A|python:)\s?(advisor[\w.]+)", shown):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
