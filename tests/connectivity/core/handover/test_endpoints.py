"""Endpoints and what stands behind them, read back."""

from connectivity.core.handover.terraform import terraform
from tests.factories import case_of, flow, vpc
from tests.handed_over import all_with, of, only, require_sound
from tests.terraform_reading import read


def handed_over(protocol: str, *cidrs: str, consumer: str = "10.0.0.0/16") -> dict[str, str]:
    """A service of an account to one of another, by PrivateLink."""
    vpcs = [
        vpc("clients", "111111111111", consumer),
        vpc("orders", "222222222222", "10.1.0.0/16", cidrs=["10.1.0.0/16", *cidrs]),
    ]
    services = [{"name": "api", "vpc": "orders", "port": 53, "protocol": protocol}]
    whole = case_of(vpcs=vpcs, services=services)
    return terraform(whole, all_with(whole, "privatelink"))


def test_a_tls_listener_speaks_no_old_tls() -> None:
    _, listener = only(read(handed_over("tls")), "aws_lb_listener")
    assert "TLS13-1-2" in listener["ssl_policy"]


def test_an_endpoint_stands_where_both_ends_are_and_its_account_is_allowed() -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16", azs=["use1-az2", "use1-az3"]),
        vpc("far", "111111111111", "10.3.0.0/16", region="us-east-2", azs=["use2-az1"]),
    ]
    whole = case_of(flow(), flow(name="g", **{"from": "far"}), vpcs=vpcs)
    folders = require_sound(terraform(whole, all_with(whole, "privatelink")))
    endpoints = {body["region"]: body for _, body in of(folders, "aws_vpc_endpoint")}
    assert len(endpoints['"us-east-1"']["subnet_ids"]) == 2
    assert "use1-az1" not in str(endpoints['"us-east-1"']["subnet_ids"])
    assert endpoints['"us-east-2"']["service_region"] == '"us-east-1"'
    ((owner, service),) = of(folders, "aws_vpc_endpoint_service")
    assert (owner, service["supported_regions"]) == ("222222222222", ['"us-east-1"', '"us-east-2"'])
    ((_, allowed),) = of(folders, "aws_vpc_endpoint_service_allowed_principal")
    assert "arn:aws:iam::111111111111:root" in allowed["for_each"]
    assert len(of(folders, "aws_lb")) == 1


def test_udp_has_its_prefix_and_ipv6_targets_and_health_checks_reach_them_by_tcp() -> None:
    files = handed_over("udp", "2600:1f18::/56")
    folders = require_sound(files)
    _, lb = only(folders, "aws_lb")
    assert (lb["ip_address_type"], lb["enable_prefix_for_ipv6_source_nat"]) == (
        '"dualstack"',
        '"on"',
    )
    _, group = only(folders, "aws_lb_target_group")
    assert group["ip_address_type"] == '"ipv6"'
    (check,) = group["health_check"]
    assert (check["protocol"], check["port"]) == ('"TCP"', "${var.health_check_port_api}")
    out = {
        body["ip_protocol"]: body
        for _, body in of(folders, "aws_vpc_security_group_egress_rule")
        if "2600:1f18::/56" in body["for_each"] and "cidr_ipv6" in body
    }
    assert out.keys() == {'"udp"', '"tcp"'}
    assert "var.health_check_port_api" in out['"tcp"']["for_each"]
    assert "set-subnets" not in files["README.md"]  # the provider had no argument for the prefix
    assert "api: the subnets of its load balancer need an IPv6 CIDR" in files["README.md"]


def test_udp_in_a_vpc_without_ipv6_asks_for_its_cidr() -> None:
    files = handed_over("udp")
    folders = require_sound(files)
    assert "ipv6_cidr_orders" in folders["."].variables
    rules = [body for _, body in of(folders, "aws_vpc_security_group_egress_rule")]
    assert len(rules) == 2
    assert all("var.ipv6_cidr_orders" in body["for_each"] for body in rules)
    assert "give orders an IPv6 CIDR before the first apply" in files["README.md"]


def test_consumers_of_ipv6_alone_have_endpoints_of_ipv6() -> None:
    folders = require_sound(handed_over("tcp", consumer="2600:1f19::/56"))
    _, endpoint = only(folders, "aws_vpc_endpoint")
    assert endpoint["ip_address_type"] == '"ipv6"'
    _, service = only(folders, "aws_vpc_endpoint_service")
    assert service["supported_ip_address_types"] == ['"ipv4"', '"ipv6"']
    assert only(folders, "aws_lb")[1]["ip_address_type"] == '"dualstack"'
    assert only(folders, "aws_lb_target_group")[1]["ip_address_type"] == '"ipv4"'


def test_tcp_stays_with_ipv4() -> None:
    folders = require_sound(handed_over("tcp"))
    _, lb = only(folders, "aws_lb")
    assert lb["ip_address_type"] == '"ipv4"'
    assert "enable_prefix_for_ipv6_source_nat" not in lb
    assert "supported_ip_address_types" not in only(folders, "aws_vpc_endpoint_service")[1]


def test_a_load_balancer_that_is_there_is_given() -> None:
    services = [{"name": "api", "vpc": "orders", "port": 443, "existing_nlb": True}]
    whole = case_of(services=services)
    folders = require_sound(terraform(whole, all_with(whole, "privatelink")))
    assert of(folders, "aws_lb") == []
    ((_, service),) = of(folders, "aws_vpc_endpoint_service")
    assert service["network_load_balancer_arns"] == ["${var.nlb_api}"]
    assert "nlb_api" in folders["."].variables


def test_a_resource_is_shared_with_its_consumers_and_reached_by_endpoints() -> None:
    whole = case_of()
    folders = require_sound(terraform(whole, all_with(whole, "privatelink-resource")))
    owner, configuration = only(folders, "aws_vpclattice_resource_configuration")
    assert (owner, configuration["port_ranges"]) == ("222222222222", ['"443"'])
    _, principals = only(folders, "aws_ram_principal_association")
    assert principals["for_each"] == '${toset(["111111111111"])}'
    consumer, endpoint = only(folders, "aws_vpc_endpoint")
    assert (consumer, endpoint["vpc_endpoint_type"]) == ("111111111111", '"Resource"')
    assert "resource_configuration" in endpoint["resource_configuration_arn"]
    _, gateway = only(folders, "aws_vpclattice_resource_gateway")
    assert gateway["vpc_id"] == "${var.vpc_orders.id}"


def test_a_resource_gateway_looks_names_up_in_its_vpc() -> None:
    whole = case_of()
    folders = require_sound(terraform(whole, all_with(whole, "privatelink-resource")))
    _, gateway = only(folders, "aws_vpclattice_resource_gateway")
    assert gateway["resource_config_dns_resolution"] == '"IN_VPC"'  # AWS's default is public DNS
    _, endpoint = only(folders, "aws_vpc_endpoint")
    assert "private_dns_enabled" not in endpoint
    _, configuration = only(folders, "aws_vpclattice_resource_configuration")
    assert "custom_domain_name" not in configuration


def test_a_resource_has_its_own_name_where_clients_need_it() -> None:
    whole = case_of(flow(needs=["private-dns"]))
    files = terraform(whole, all_with(whole, "privatelink-resource"))
    folders = require_sound(files)
    _, configuration = only(folders, "aws_vpclattice_resource_configuration")
    assert configuration["custom_domain_name"] == "${var.domain_api}"
    _, endpoint = only(folders, "aws_vpc_endpoint")
    assert endpoint["private_dns_enabled"] is True
    (options,) = endpoint["dns_options"]
    assert options["private_dns_preference"] == '"SPECIFIED_DOMAINS_ONLY"'  # needs no verification
    assert options["private_dns_specified_domains"] == ["${var.domain_api}"]
    assert "enableDnsHostnames of clients" in files["README.md"]


def test_a_lattice_service_with_a_name_of_its_own_needs_a_hosted_zone() -> None:
    services = [{"name": "api", "vpc": "orders", "port": 80, "protocol": "http"}]
    whole = case_of(flow(needs=["private-dns"]), services=services)
    files = terraform(whole, all_with(whole, "vpc-lattice"))
    _, service = only(require_sound(files), "aws_vpclattice_service")
    assert service["custom_domain_name"] == "${var.domain_api}"
    assert "api: the VPCs that call it need a private hosted zone" in files["README.md"]
