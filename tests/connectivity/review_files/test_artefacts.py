"""The files that reviews give, as the programs that read them read them."""

import csv
import json
import math
import os
import re
import shutil
import subprocess
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from connectivity.core.reviewing.answer import answer
from connectivity.core.reviewing.files.holes import HOLE
from connectivity.core.reviewing.review import Kind, Review
from connectivity.core.reviews import REVIEWS
from tests.connectivity.core.reviewing.given_inputs import TABLES, answers, files
from tests.terraform_reading import problems, read, references, schema

RELEASES = ("1.29.0", "1.37.0")
EVERYWHERE = ("/usr/local/sbin", "/usr/sbin", "/sbin")
every_review = pytest.mark.parametrize("review", REVIEWS.values(), ids=list(REVIEWS))


def needs(program: str) -> pytest.MarkDecorator:
    place = shutil.which(program, path=os.pathsep.join([os.environ["PATH"], *EVERYWHERE]))
    return pytest.mark.skipif(not place, reason=f"{program} is not installed")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([os.environ["PATH"], *EVERYWHERE])
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": path, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def texts(*kinds: Kind) -> dict[str, str]:
    named = {name: file.text for name, (_, file) in files(*kinds).items()}
    assert named, kinds
    return named


@needs("promtool")
def test_alert_rules_fire_and_do_not_below(tmp_path: Path) -> None:
    tests = []
    for i, told in enumerate(answers()):
        for file in told.files:
            if file.kind in (Kind.ALERTS, Kind.ALERT_TESTS):
                place = tmp_path / str(i) / file.name
                place.parent.mkdir(exist_ok=True)
                place.write_text(file.text)
                tests += [str(place)] if file.kind is Kind.ALERT_TESTS else []
    rules = [str(path) for path in tmp_path.rglob("*rules.yml")]
    assert len(rules) == len(tests) > 20
    checked = run(tmp_path, "promtool", "check", "rules", "--lint=all", "--lint-fatal", *rules)
    assert checked.returncode == 0, checked.stderr + checked.stdout
    tested = run(tmp_path, "promtool", "test", "rules", *tests)
    assert tested.returncode == 0, tested.stderr + tested.stdout


@needs("promtool")
def test_a_unit_test_of_alerts_can_fail(tmp_path: Path) -> None:
    told = next(told for told in answers() if told.review.key == "dns" and told.files)
    for file in told.files:
        text = re.sub(r"> \d+", "> 1e12", file.text) if file.kind is Kind.ALERTS else file.text
        (tmp_path / file.name).write_text(text)
    tested = run(tmp_path, "promtool", "test", "rules", "dns-rules.test.yml")
    assert tested.returncode == 1


@needs("nginx")
@pytest.mark.skipif(os.geteuid() != 0, reason="nginx -t writes where only root may")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    for name, text in texts(Kind.NGINX).items():
        (tmp_path / name).write_text(text)
        settings = f"pid {tmp_path}/pid; error_log stderr;"
        told = run(tmp_path, "nginx", "-t", "-c", str(tmp_path / name), "-g", settings)
        assert told.returncode == 0, told.stderr
        assert "[warn]" not in told.stderr, told.stderr


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_of_a_unit(tmp_path: Path) -> None:
    for name, text in texts(Kind.SYSTEMD).items():
        (tmp_path / name).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    told = run(tmp_path, "systemd-analyze", "verify", "--man=no", *units)
    assert (told.returncode, told.stderr) == (0, "")
    Path(units[0]).write_text(texts(Kind.SYSTEMD).popitem()[1] + "LimitNOFILES=1\n")
    assert run(tmp_path, "systemd-analyze", "verify", units[0]).stderr


SETTINGS = Path("/proc/sys")
CONNTRACK = SETTINGS / "net/netfilter/nf_conntrack_max"
DOCUMENTED = {
    "net.netfilter.nf_conntrack_max",
    "net.netfilter.nf_conntrack_tcp_timeout_established",
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait",
}
"""Of docs.kernel.org/networking/nf_conntrack-sysctl.html: a kernel that has not loaded
nf_conntrack, as in a container, has none of them under /proc/sys."""


def parameters() -> set[tuple[str, str]]:
    lines = {line for text in texts(Kind.SYSCTL).values() for line in text.splitlines()}
    pairs = (line.split(" = ") for line in lines if not line.startswith("#"))
    return {(name, value) for name, value in pairs}


def test_the_kernel_knows_every_parameter() -> None:
    names = {name for name, _ in parameters()}
    absent = {name for name in names if not (SETTINGS / name.replace(".", "/")).exists()}
    assert absent <= (set() if CONNTRACK.exists() else DOCUMENTED)
    assert len(names) >= 9


def test_the_kernel_takes_every_value(tmp_path: Path) -> None:
    """In a network namespace of its own; nf_conntrack_max is the host's, and written there only."""
    own = [(n, v) for n, v in sorted(parameters()) if n.startswith(("net.ipv4", "net.core"))]
    lines = [f"echo {value} > /proc/sys/{name.replace('.', '/')}" for name, value in own]
    told = run(tmp_path, "unshare", "--net", "--map-root-user", "sh", "-ec", "; ".join(lines))
    if "unshare" in told.stderr or "Read-only" in told.stderr:
        pytest.skip(f"no network namespace of its own: {told.stderr}")
    assert (told.returncode, told.stderr) == (0, "")
    assert len(own) > 20


def test_kubernetes_knows_every_field() -> None:
    for text in texts(Kind.KUBERNETES).values():
        for each in yaml.safe_load_all(text):
            if not each["apiVersion"].startswith(
                ("templates.gatekeeper", "constraints.gatekeeper")
            ):
                for release in RELEASES:
                    kubernetes_validate.validate(each, release, strict=True)


def test_gatekeepers_template_is_a_kind_that_kubernetes_takes() -> None:
    """Its own kinds have no schema in a package: the definition that it makes of them has one."""
    text = next(t for name, t in texts(Kind.KUBERNETES).items() if "gatekeeper" in name)
    template, constraint = yaml.safe_load_all(text)
    kind, validation = (template["spec"]["crd"]["spec"][part] for part in ("names", "validation"))
    parameters = validation["openAPIV3Schema"]
    plural = template["metadata"]["name"]
    assert (kind["kind"], kind["kind"].lower()) == (constraint["kind"], plural)
    names = {"kind": kind["kind"], "plural": plural}
    spec = {"type": "object", "properties": {"parameters": parameters}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    version = {"name": "v1beta1", "served": True, "storage": True, "schema": schema}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.constraints.gatekeeper.sh"},
        "spec": {
            "group": "constraints.gatekeeper.sh",
            "names": names,
            "scope": "Cluster",
            "versions": [version],
        },
    }
    kubernetes_validate.validate(definition, RELEASES[-1], strict=True)
    jsonschema.validate(constraint["spec"]["parameters"], parameters)


def test_envoy_knows_every_field() -> None:
    bootstrap = envoy_package("envoy.config.bootstrap.v3").Bootstrap
    for text in texts(Kind.ENVOY).values():
        configuration = yaml.safe_load(text)
        register(configuration)
        bootstrap.from_dict(configuration)
    with pytest.raises(KeyError, match="Unknown field"):
        bootstrap.from_dict({**configuration, "static_resource": {}})


def envoy_package(name: str) -> Any:
    """Envoy's types by their package; they use what pydantic has deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module(f"envoy_data_plane.{name}")


def register(configuration: Any) -> None:
    """Import what a configuration names by its type: only then is it read."""
    if isinstance(configuration, dict):
        if kind := configuration.get("@type"):
            envoy_package(kind.removeprefix("type.googleapis.com/").rpartition(".")[0])
        configuration = list(configuration.values())
    if isinstance(configuration, list):
        for each in configuration:
            register(each)


def test_the_provider_knows_every_argument_of_terraform() -> None:
    for name, text in texts(Kind.TERRAFORM).items():
        (folder,) = read({"main.tf": text}).values()
        assert folder.resources
        for (kind, _), body in folder.resources.items():
            assert problems(kind, body) == [], name
            for root, other, attribute in references(body):
                if root == "var":
                    assert other in folder.variables
                else:
                    assert (root, other) in folder.resources
                    known = schema(root)
                    assert attribute in known.attributes | known.optional | {""}
        used = {other for root, other, _ in references(dict(folder.resources)) if root == "var"}
        assert used == set(folder.variables), name


def test_a_shell_reads_every_script(tmp_path: Path) -> None:
    for name, text in texts(Kind.SHELL).items():
        (tmp_path / name).write_text(text)
        told = run(tmp_path, "sh", "-n", name)
        assert (told.returncode, told.stderr) == (0, "")


def test_grpc_configuration_is_json_without_retries() -> None:
    for text in texts(Kind.GRPC).values():
        (method,) = json.loads(text)["methodConfig"]
        assert "retryPolicy" not in method
        assert re.fullmatch(r"\d+(\.\d{1,9})?s", method["timeout"])


@every_review
def test_names_in_files_are_known(review: Review) -> None:
    known = {entry.name for entry in review.inputs} | set(review.formulas) | set(review.given_names)
    for artefact in review.artefacts:
        assert set(artefact.names) <= known, artefact.name


def test_nothing_is_left_of_a_hole() -> None:
    for told in answers():
        for file in told.files:
            assert not HOLE.search(file.text + file.purpose + file.check), file.name


def test_most_answers_have_every_file() -> None:
    given = {(told.review.key, file.name) for told in answers() for file in told.files}
    expected = {
        (review.key, f"{review.key}-{artefact.name}")
        for review in REVIEWS.values()
        for artefact in review.artefacts
    }
    assert given == expected


def test_a_file_names_its_review_and_the_numbers_that_it_carries() -> None:
    for told in answers():
        for file in told.files:
            if file.kind not in (Kind.TABLE, Kind.GRPC):
                head = "\n".join(file.text.splitlines()[:8])
                assert f"review {told.review.key}" in head.replace("\n# ", " ")
                assert "# Check: " in head


def numbers_in(text: str) -> set[float]:
    return {float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)}


CARRIED = {
    "nat-keepalive.conf": ("advised_keepalive_seconds", "advised_interval_seconds"),
    "nat-keepalive.yaml": ("advised_keepalive_seconds", "advised_interval_seconds"),
    "nat-envoy.yaml": ("advised_keepalive_seconds", "advised_interval_seconds"),
    "nat-preload.service": ("advised_keepalive_seconds", "advised_interval_seconds"),
    "nlb-envoy.yaml": ("advised_interval_seconds",),
    "listen-backlog-sysctl.conf": ("advised_somaxconn",),
    "listen-backlog-pod.yaml": ("advised_somaxconn",),
    "conntrack-sysctl.conf": ("advised_max",),
    "conntrack-modprobe.txt": ("advised_max",),
    "conntrack-kube-proxy.yaml": ("advised_max",),
    "deployment-pod.yaml": ("advised_prestop_seconds", "advised_grace_seconds"),
    "ebs-main.tf": ("gp3_iops", "gp3_mibps"),
    "ebs-pod.yaml": ("gp3_iops", "gp3_mibps"),
    "tcp-timeouts-sysctl.conf": ("advised_interval_seconds",),
}


def test_an_advised_value_stands_in_the_file() -> None:
    seen = set[str]()
    for told in answers():
        for file in told.files:
            values: list[Any] = [(told.numbers or {})[name] for name in CARRIED.get(file.name, ())]
            body = "\n".join(x for x in file.text.splitlines() if not x.startswith("#"))
            if None not in values:
                for value in map(float, values):
                    whole = {math.floor(value), math.ceil(value)}
                    assert whole & numbers_in(body), file.name
                seen |= {file.name} if values else set()
    assert seen == set(CARRIED)


def test_kube_proxy_with_its_section_sets_a_table_that_is_large_enough() -> None:
    for told, file in files(Kind.KUBERNETES).values():
        if file.name == "conntrack-kube-proxy.yaml":
            settings = yaml.safe_load(yaml.safe_load(file.text)["data"]["config"])["conntrack"]
            inputs = {n: told.given.values[n] for n in told.given.stated}
            inputs |= {"max_per_core": settings["maxPerCore"], "min_entries": settings["min"]}
            if settings["maxPerCore"] == 0:  # then the node's own sysctl counts
                inputs["nf_conntrack_max"] = settings["min"]
            again = answer(told.review, inputs, TABLES, confirmed=list(inputs))
            (table,) = again.limits
            assert table.used <= 0.75


def test_the_timeline_loses_what_the_review_says() -> None:
    for told, file in files(Kind.TABLE).values():
        rows = list(csv.DictReader(file.text.splitlines()))
        numbers = told.numbers or {}
        lost = float(numbers["refused_per_pod"] or 0) + float(numbers["cut_per_pod"] or 0)
        assert float(rows[-1]["lost"]) == pytest.approx(lost, abs=1e-5, rel=1e-6)
        assert [float(row["second"]) for row in rows] == sorted(float(r["second"]) for r in rows)
