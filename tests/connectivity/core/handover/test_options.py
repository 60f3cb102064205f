"""What builds each option, read back."""

import pytest

from connectivity.core.handover.terraform import terraform
from connectivity.core.options import OPTIONS
from tests.factories import account, case_of, flow, vpc
from tests.handed_over import all_with, estate, of, only, require_sound, routes_of
from tests.terraform_reading import read


def test_a_peering_is_accepted_where_another_account_or_region_has_to() -> None:
    whole = estate()
    folders = read(terraform(whole, all_with(whole, "vpc-peering")))
    asked = {
        body["tags"]["Name"]: (who, body) for who, body in of(folders, "aws_vpc_peering_connection")
    }
    assert asked['"near to orders"'][1]["auto_accept"] is True
    assert asked['"clients to orders"'][1]["peer_owner_id"] == '"222222222222"'
    assert asked['"far to orders"'][1]["peer_region"] == '"us-east-1"'
    accepted = of(folders, "aws_vpc_peering_connection_accepter")
    assert [(who, body["region"]) for who, body in accepted] == [
        ("222222222222", '"us-east-1"')
    ] * 2
    sides = of(folders, "aws_vpc_peering_connection_options")
    assert len(sides) == 5
    assert sum("accepter" in body and "requester" in body for _, body in sides) == 1


def test_a_peering_that_exists_is_used_as_it_is() -> None:
    existing = [{"kind": "peering", "id": "pcx-0a", "between": ["clients", "orders"]}]
    whole = case_of(connections=existing)
    files = terraform(whole, all_with(whole, "vpc-peering"))
    folders = require_sound(files)
    assert of(folders, "aws_vpc_peering_connection") == []
    assert {body["vpc_peering_connection_id"] for _, body in of(folders, "aws_route")} == {
        '"pcx-0a"'
    }
    assert "- peering pcx-0a: clients and orders" in files["README.md"]


def test_gateways_are_shared_peered_and_routed_both_ways() -> None:
    whole = estate()
    folders = read(terraform(whole, all_with(whole, "transit-gateway")))
    owned = of(folders, "aws_ec2_transit_gateway")
    assert {body["region"] for _, body in owned} == {'"us-east-1"', '"us-east-2"'}
    assert {who for who, _ in owned} == {"111111111111"}
    shares = {
        body["region"]: body["allow_external_principals"]
        for _, body in of(folders, "aws_ram_resource_share")
    }
    assert shares == {'"us-east-1"': False, '"us-east-2"': True}
    assert [who for who, _ in of(folders, "aws_ram_resource_share_accepter")] == ["333333333333"]
    told = folders["accounts/111111111111"].outputs["ec2_transit_gateway_tgw_us_east_2_id"]
    assert len(told["depends_on"]) == 2
    remote = {
        body["region"]: body["for_each"] for _, body in of(folders, "aws_ec2_transit_gateway_route")
    }
    assert '"10.3.0.0/16"' in remote['"us-east-1"']
    assert '"10.1.0.0/16"' in remote['"us-east-2"']
    assert len(of(folders, "aws_ec2_transit_gateway_vpc_attachment")) == 4
    assert len(of(folders, "aws_ec2_transit_gateway_route_table_association")) == 6
    assert len(of(folders, "aws_ec2_transit_gateway_route_table_propagation")) == 4


def shared(*organizations: str | None) -> dict[str, str]:
    """A gateway of the first account, with VPCs in all of them."""
    owners = [
        account(f"{i}" * 12, organization=each) for i, each in enumerate(organizations, start=1)
    ]
    vpcs = [vpc(f"v{i}", each["id"], f"10.{i}.0.0/16") for i, each in enumerate(owners)]
    flows = [flow(name=f"f{i}", **{"from": f"v{i}", "to": "v0"}) for i in range(1, len(vpcs))]
    whole = case_of(*flows, accounts=owners, vpcs=vpcs, services=[])
    files = terraform(whole, all_with(whole, "transit-gateway"))
    require_sound(files)
    return files


def test_sharing_inside_an_organization_is_switched_on_first() -> None:
    files = shared("o-main", "o-main", "o-main")
    told = files["README.md"]
    assert "in the management account of o-main, switch on sharing" in told
    assert told.index("aws_ram_sharing_with_organization") < told.index("## Apply")
    assert of(read(files), "aws_ram_resource_share_accepter") == []
    assert "invitation" not in told


@pytest.mark.parametrize("organizations", [("o-main", "o-other"), ("o-main", None), (None, None)])
def test_an_account_outside_accepts_and_is_named(organizations: tuple[str | None, ...]) -> None:
    files = shared(*organizations)
    accepted = of(read(files), "aws_ram_resource_share_accepter")
    assert [who for who, _ in accepted] == ["222222222222"]
    assert "accounts 222222222222 are outside the Organization" in files["README.md"]
    assert "management account" not in files["README.md"]


def test_nothing_is_said_of_sharing_where_nothing_is_shared() -> None:
    whole = case_of()
    told = terraform(whole, all_with(whole, "vpc-peering"))["README.md"]
    assert "Before the first apply" not in told


def test_workloads_of_the_owner_move_into_subnets_that_nobody_shares() -> None:
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate(("a", "b"))]
    whole = case_of(flow(**{"from": "a", "to": "b"}), vpcs=vpcs, services=[])
    files = terraform(whole, all_with(whole, "vpc-sharing"))
    assert "move the workloads of b into the subnets of a; their addresses" in files["README.md"]
    assert of(read(files), "aws_ram_resource_share") == []


def test_vpcs_that_become_one_are_attached_once() -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
        vpc("far", "222222222222", "10.2.0.0/16"),
    ]
    far = {"from": "far"}
    flows = [flow(), flow(name="g", **far), flow(name="h", to="clients", **far)]
    whole = case_of(*flows, vpcs=vpcs)
    sharing, gateway = (OPTIONS.by_key[key] for key in ("vpc-sharing", "transit-gateway"))
    folders = require_sound(terraform(whole, [sharing, gateway, gateway]))
    attached = of(folders, "aws_ec2_transit_gateway_vpc_attachment")
    assert {body["tags"]["Name"] for _, body in attached} == {'"clients"', '"far"'}
    shared = [body.get("for_each", "") for _, body in of(folders, "aws_ram_resource_association")]
    assert any("arn:aws:ec2:us-east-1:111111111111:subnet/" in each for each in shared)
    ((led, _),) = routes_of(folders["accounts/222222222222"], "vpc_far")
    assert led == ["10.0.0.0/16", "10.1.0.0/16"]


def test_a_core_network_has_an_edge_in_each_region_and_its_policy_before_attachments() -> None:
    whole = estate()
    folders = read(terraform(whole, all_with(whole, "cloud-wan")))
    owner, policy = only(folders, "aws_networkmanager_core_network_policy_attachment")
    assert (owner, policy["core_network_id"]) == (
        "111111111111",
        "${aws_networkmanager_core_network.core.id}",
    )
    for region in ("us-east-1", "us-east-2"):
        assert f'location = "{region}"' in policy["policy_document"]
    attached = of(folders, "aws_networkmanager_vpc_attachment")
    assert len(attached) == 4
    assert all("policy_attachment" in body["core_network_id"] for _, body in attached)
    _, shared = only(folders, "aws_ram_resource_share")
    assert shared["region"] == '"us-east-1"'
    assert {who for who, _ in of(folders, "aws_ram_resource_share_accepter")} == {"333333333333"}


def test_a_tunnel_ends_on_a_gateway_and_on_the_appliance_of_who_talks_with_more() -> None:
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate(("a", "b", "c"))]
    flows = [flow(name=name, to="a") | {"from": name} for name in ("b", "c")]
    whole = case_of(*flows, vpcs=vpcs, services=[])
    folders = require_sound(terraform(whole, all_with(whole, "site-to-site-vpn")))
    gateways = {body["tags"]["Name"] for _, body in of(folders, "aws_vpn_gateway")}
    assert gateways == {'"b"', '"c"'}
    customers = [body["ip_address"] for _, body in of(folders, "aws_customer_gateway")]
    assert customers == ["${var.appliance_a.public_ip}"]  # AWS gives a second one the first's ID
    static = {body["for_each"] for _, body in of(folders, "aws_vpn_connection_route")}
    assert static == {'${toset(["10.0.0.0/16"])}'}
    led = [cidrs for cidrs, _ in routes_of(folders["accounts/111111111111"], "vpc_a")]
    assert sorted(led) == [["10.1.0.0/16"], ["10.2.0.0/16"]]
    assert len(of(folders, "aws_vpn_gateway_route_propagation")) == 2


def test_a_service_network_joins_services_and_the_vpcs_that_call_them() -> None:
    services = [
        {"name": "api", "vpc": "orders", "port": 80, "protocol": "http"},
        {"name": "safe", "vpc": "orders", "port": 443, "protocol": "tls"},
    ]
    whole = case_of(flow(), flow(name="g", to="safe"), services=services)
    folders = require_sound(terraform(whole, all_with(whole, "vpc-lattice")))
    assert only(folders, "aws_vpclattice_service_network")[0] == "111111111111"
    joins = of(folders, "aws_vpclattice_service_network_service_association")
    assert [who for who, _ in joins] == ["222222222222"] * 2
    who, caller = only(folders, "aws_vpclattice_service_network_vpc_association")
    assert (who, len(caller["security_group_ids"])) == ("111111111111", 1)
    protocols = {body["protocol"] for _, body in of(folders, "aws_vpclattice_listener")}
    assert protocols == {'"HTTP"', '"TLS_PASSTHROUGH"'}
    domains = [body.get("custom_domain_name") for _, body in of(folders, "aws_vpclattice_service")]
    assert domains == [None, "${var.domain_safe}"]


def test_one_security_group_lets_a_vpc_reach_every_port_of_a_service_network() -> None:
    ports = range(8_001, 8_008)  # a VPC association takes five security groups
    services = [
        {"name": f"s{port}", "vpc": "orders", "port": port, "protocol": "http"} for port in ports
    ]
    flows = [flow(name=f"f{port}", to=f"s{port}") for port in ports]
    whole = case_of(*flows, services=services)
    folders = require_sound(terraform(whole, all_with(whole, "vpc-lattice")))
    _, group = only(folders, "aws_security_group")
    assert "8001" not in group["description"]  # another one would replace the group
    _, rule = only(folders, "aws_vpc_security_group_ingress_rule")
    assert all(f"{port}" in rule["for_each"] for port in ports)
    assert rule["from_port"] == rule["to_port"] == "${each.value[1]}"


def test_a_load_balancer_listens_as_its_service_speaks() -> None:
    whole = estate()
    folders = read(terraform(whole, all_with(whole, "privatelink")))
    speaks = {body["protocol"] for _, body in of(folders, "aws_lb_listener")}
    assert speaks == {'"TCP"', '"UDP"', '"TLS"'}
    sure = [each for _, each in of(folders, "aws_lb_listener") if "certificate_arn" in each]
    assert [each["protocol"] for each in sure] == ['"TLS"']
    families = {each["ip_address_type"] for _, each in of(folders, "aws_lb_target_group")}
    assert families == {'"ipv4"', '"ipv6"'}
    rules = of(folders, "aws_vpc_security_group_ingress_rule")
    assert {each["ip_protocol"] for _, each in rules} == {'"tcp"', '"udp"'}
    for who, each in of(folders, "aws_lb"):
        assert (who, each["internal"]) == ("222222222222", True)
        assert len(each["subnets"]) == 3
