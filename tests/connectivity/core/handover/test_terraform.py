"""Designs as Terraform, read back: every reference leads somewhere, every argument is known."""

from collections.abc import Sequence

import pytest

from connectivity.core.handover import terraform as handover
from connectivity.core.handover.terraform import terraform
from connectivity.core.network.planned_network import Case, case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from connectivity.core.terraform.part import Part
from tests.factories import case_of, flow, vpc
from tests.handed_over import OFFERED, all_with, estate, mixed, of, require_sound, routes_of
from tests.profiles import sample
from tests.stranger import leased_line
from tests.terraform_reading import Folder, provider_version, read

TARGETS = {
    "vpc-peering": "vpc_peering_connection_id",
    "transit-gateway": "transit_gateway_id",
    "cloud-wan": "core_network_arn",
}
HOSTILE = [
    'a"${aws_vpc.x.id}"',
    '\\" }',
    "%{ if true }",
    "ü €",
    "A",
    "a",
    "*/ # //",
    "x to y",
    "x",
    "y to z",
    "z",
    "n" * 60,
]


def carried(each: Case, key: str) -> tuple[Case, list[Option]]:
    """The flows that an option carries, and it for all of them."""
    option = OPTIONS.by_key[key]
    rows = option.carries(each.flows).nonzero()[0].tolist()
    document = each.topology.document
    kept = document | {"flows": [document["flows"][row] for row in rows]}
    return case(topology(kept)), [option] * len(rows)


@pytest.mark.parametrize("option", OFFERED, ids=lambda option: option.key)
def test_every_option_says_what_builds_it(option: Option) -> None:
    whole, chosen = carried(estate(), option.key)
    files = terraform(whole, chosen)
    folders = require_sound(files)
    built = sum(len(folder.resources) for folder in folders.values())
    assert built == 0 if option.key == "public-internet" else built >= 3
    assert f"## {option.name}" in files["README.md"]


def test_the_baseline_is_in_no_design() -> None:
    assert list(OPTIONS.by_key["single-vpc"].resources(Part(estate(), range(3)))) == []


def test_an_option_that_does_not_say_it_is_none() -> None:
    given = {
        name: getattr(OFFERED[0], name)
        for name in Option.__dataclass_fields__
        if name != "resources"
    }
    with pytest.raises(TypeError, match="resources"):
        Option(**given)


@pytest.mark.parametrize("seed", sample(range(40), 6))
def test_random_designs_read_back(seed: int) -> None:
    whole, chosen = mixed(seed)
    folders = require_sound(terraform(whole, chosen))
    _require_paths(whole, chosen, folders)


def _require_paths(whole: Case, chosen: Sequence[Option], folders: dict[str, Folder]) -> None:
    """Both ends of a flow that is routed have a route to the other, by the right target; VPCs that
    are joined are one."""
    network = joined(whole, joining_pairs(whole, chosen))
    for row, option in enumerate(chosen):
        if option.key not in TARGETS:
            continue
        ends = network.consumer(row), network.provider(row)
        for ours, theirs in (ends, ends[::-1]):
            routes = list(routes_of(folders[f"accounts/{ours.account}"], f"vpc_{ours.name}"))
            reached = {
                cidr for cidrs, body in routes if TARGETS[option.key] in body for cidr in cidrs
            }
            assert {str(cidr) for cidr in theirs.cidrs} <= reached


def test_the_provider_that_is_asked_for_is_the_one_whose_schema_was_read() -> None:
    asked = f'version = "~> {provider_version()}"'
    files = terraform(case_of(), all_with(case_of(), "vpc-peering"))
    versions = [text for path, text in files.items() if path.endswith("versions.tf")]
    assert len(versions) == 3
    assert all(asked in text for text in versions)


def test_the_same_design_gives_the_same_text() -> None:
    whole, chosen = mixed(3)
    assert terraform(whole, chosen) == terraform(case(whole.topology), chosen)


def test_names_say_nothing_to_terraform() -> None:
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate(HOSTILE)]
    services = [{"name": f"{name} s", "vpc": name, "port": 1} for name in HOSTILE]
    pairs = zip(HOSTILE, [*HOSTILE[1:], HOSTILE[0]], strict=True)
    flows = [flow(name=f"f{a}", **{"from": a, "to": f"{b} s"}) for a, b in pairs]
    whole = case_of(*flows, vpcs=vpcs, services=services)
    keys = ("vpc-peering", "privatelink", "vpc-lattice", "cloud-wan", "transit-gateway")
    for key in sample(keys, 2):
        folders = require_sound(terraform(whole, all_with(whole, key)))
        kinds = {kind for folder in folders.values() for kind, _ in folder.resources}
        assert kinds
        assert all(kind.startswith("aws_") for kind in kinds)


def test_a_design_that_no_state_could_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MAX_RESOURCES", 5)
    whole = estate()
    with pytest.raises(DocumentRefused, match="more than 5 resources"):
        terraform(whole, all_with(whole, "vpc-peering"))


def test_two_routes_to_one_place_are_told() -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
        vpc("twin", "222222222222", "10.1.0.0/16"),
    ]
    whole = case_of(flow(), flow(name="g", to="twin"), vpcs=vpcs)
    told = terraform(whole, all_with(whole, "vpc-peering"))["README.md"]
    assert "## Routes that clash" in told
    assert "- 10.1.0.0/16 in `vpc_clients`: `aws_route.peering_clients__orders`" in told
    assert "clash" not in terraform(case_of(), all_with(case_of(), "vpc-peering"))["README.md"]


def test_an_option_of_one_file_is_handed_over_too() -> None:
    OPTIONS.add(leased_line)
    try:
        whole = case_of()
        files = terraform(whole, all_with(whole, leased_line.OPTION.key))
    finally:
        OPTIONS.remove(leased_line)
    folders = require_sound(files)
    assert {who for who, _ in of(folders, "aws_dx_connection")} == {"111111111111", "222222222222"}
    assert "- 111111111111: light the fibre." in files["README.md"]


def test_security_groups_are_told_what_to_let_in() -> None:
    whole = estate()
    told = terraform(whole, all_with(whole, "vpc-peering"))["README.md"]
    words = "- 222222222222: security groups in orders: let 10.0.0.0/16, 10.2.0.0/16, 10.3.0.0/16"
    assert words in told
    assert "reach s-udp, UDP port 443." in told


def test_routes_lead_over_what_is_built_when_all_is_there_and_tested() -> None:
    today = case_of(flow(today="transit-gateway"))
    files = terraform(today, all_with(today, "vpc-peering"))
    folders = require_sound(files)
    routes = [body for _, body in of(folders, "aws_route")]
    assert len(routes) == 2
    assert all("if var.cut_over" in body["for_each"] for body in routes)
    assert "cut_over = false" in files["terraform.tfvars.example"]
    assert "terraform import" in files["README.md"]
    assert "in the right order.\n4. With `cut_over = false`" in files["README.md"]
    assert "- Transit Gateway: 1 flow leaves it" in files["README.md"]
    whole = case_of()
    assert (
        "cut_over = true"
        in terraform(whole, all_with(whole, "site-to-site-vpn"))["terraform.tfvars.example"]
    )
    other = terraform(whole, all_with(whole, "privatelink"))
    assert "cut_over" not in other["README.md"]
    assert "in the right order.\n\nAccounts" in other["README.md"]
    assert "left behind" not in other["README.md"]


def test_ids_that_were_not_replaced_are_refused_before_anything_is_made() -> None:
    folders = read(terraform(case_of(), all_with(case_of(), "vpc-peering")))
    for path in (".", "accounts/111111111111"):
        (check,) = folders[path].variables["vpc_clients"]["validation"]
        assert (
            'strcontains(jsonencode(var.vpc_clients), "-00000000000000000")' in check["condition"]
        )
        assert check["error_message"].startswith('"vpc_clients: give ids of your own')


def test_everything_has_the_tags_that_are_asked_for_and_roles_of_its_partition() -> None:
    vpcs = [
        vpc(name, "111111111111", f"10.{i}.0.0/16", region="cn-north-1", azs=["cnn1-az1"])
        for i, name in enumerate(("clients", "orders"))
    ]
    whole = case_of(vpcs=vpcs)
    files = terraform(whole, all_with(whole, "vpc-peering"))
    (provider,) = require_sound(files)["."].providers
    (tags,) = provider["default_tags"]
    assert tags["tags"] == "${var.tags}"
    assert "arn:aws-cn:iam::111111111111:role/" in files["terraform.tfvars.example"]
