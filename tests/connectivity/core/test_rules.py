"""Every rule, on the smallest topology that it concerns and on one that it does not."""

from typing import Any

import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.excerpts import excerpt
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.outlook.quota_headroom import headroom
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from tests.factories import account, document, flow, price_list, vpc

NO_LATENCIES = LatencySet("none", "", ())
EAST = ("us-east-1", ["use1-az1", "use1-az2", "use1-az3"])
OHIO = ("us-east-2", ["use2-az1", "use2-az2"])


def findings(
    doc: dict[str, Any], *options: str, prices: PriceList | None = None
) -> dict[tuple[str, str, str], str]:
    """(option, rule, severity) of every finding, with the words of the first; of all options, or
    of some."""
    asked = [option for option in OPTIONS if option.key in options or not options]
    comparison = compare(topology(doc), prices or price_list(), NO_LATENCIES, asked)
    details: dict[tuple[str, str, str], str] = {}
    for answer in comparison.answers:
        for rule, row in excerpt(answer.hits, comparison.case, whole=False).findings:
            key = (answer.option.key, rule.id, rule.severity.value)
            details.setdefault(key, rule.detail(comparison.case, row))
    return details


def two_vpcs(ours: tuple[str, list[str]] = EAST, theirs: tuple[str, list[str]] = EAST, **more: Any):  # type: ignore[no-untyped-def]
    clients = vpc("clients", "111111111111", "10.0.0.0/16", region=ours[0], azs=ours[1])
    orders = vpc("orders", "222222222222", "10.1.0.0/16", region=theirs[0], azs=theirs[1])
    return (
        document(vpcs=[clients | more.pop("clients", {}), orders | more.pop("orders", {})]) | more
    )


def service(**changes: Any) -> list[dict[str, Any]]:
    return [{"name": "api", "vpc": "orders", "port": 443} | changes]


def star(spokes: int, **changes: Any) -> dict[str, Any]:
    """Many VPCs that all call one."""
    vpcs = [vpc(f"v{i}", "111111111111", f"10.{i // 256}.{i % 256}.0/24") for i in range(spokes)]
    hub = vpc("orders", "222222222222", "172.16.0.0/16")
    flows = [flow(**{"from": [vpc["name"] for vpc in vpcs]})]
    return document(*flows, vpcs=[*vpcs, hub]) | changes


def mesh(count: int) -> dict[str, Any]:
    """Many VPCs that all talk with each other."""
    names = [f"v{i:02}" for i in range(count)]
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate(names)]
    flows = [
        flow(name=name, **{"from": names[i + 1 :]}, to=name) for i, name in enumerate(names[:-1])
    ]
    return document(*flows, vpcs=vpcs[::-1], services=[])


def fan(services: int) -> dict[str, Any]:
    """One VPC that calls many services."""
    entries = [{"name": f"s{i}", "vpc": "orders", "port": 443} for i in range(services)]
    flows = [flow(name=f"f{i}", to=f"s{i}") for i in range(services)]
    return document(*flows, services=entries)


SUBNETS = [{"cidr": f"10.0.{i}.0/24", "az": "use1-az1"} for i in range(101)]
UDP_IPV6 = {"cidrs": ["10.1.0.0/16", "2001:db8::/56"]}

APPLIES: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("single-vpc", "SVPC-01", "hard", two_vpcs(EAST, OHIO), "us-east-1"),
    ("single-vpc", "SVPC-02", "hard", document(), "VPC sharing is how"),
    ("single-vpc", "BASE-01", "hard", two_vpcs(orders={"account": "111111111111"}), "two VPCs"),
    ("vpc-sharing", "SHR-01", "hard",
     document(accounts=[account("111111111111"), account("222222222222", organization="o-2")]),
     "account 111111111111 is in o-main, account 222222222222 is in o-2"),
    ("vpc-sharing", "SHR-02", "hard", two_vpcs(EAST, OHIO), "us-east-1 and us-east-2 differ"),
    ("vpc-sharing", "SHR-07", "warning", document(flow(needs=["sg-reference"])), "test it first"),
    ("vpc-sharing", "SHR-12", "condition", document(), "no CIDRs overlap"),
    ("vpc-sharing", "SHR-12", "condition", two_vpcs(orders={"cidrs": ["10.0.0.0/16"]}),
     "IP addresses change: "),
    ("vpc-peering", "PEER-03", "hard", two_vpcs(orders={"cidrs": ["10.0.128.0/17"]}),
     "clients 10.0.0.0/16 overlaps orders 10.0.128.0/17"),
    ("vpc-peering", "PEER-04", "warning",
     document(flow(), flow(name="g", **{"from": "twin"}), vpcs=[
         *document()["vpcs"], vpc("twin", "111111111111", "10.0.0.0/24")]),
     "orders peers with two VPCs with overlapping"),
    ("vpc-peering", "PEER-07", "quota", star(51), "orders needs 51 peerings; AWS allows 50"),
    ("vpc-peering", "PEER-07", "hard", star(126),
     "orders needs 126 peerings; AWS allows 50, at most 125"),
    ("vpc-peering", "PEER-09", "quota",
     star(101, vpcs=[*(v | {"cidrs": [f"10.{j}.{i}.0/24" for j in range(5)]}
                       for i, v in enumerate(star(101)["vpcs"][:-1])), star(1)["vpcs"][-1]]),
     "orders needs 505 routes"),
    ("vpc-peering", "CMN-15", "warning", star(51), "orders needs 51 routes to its peers"),
    ("vpc-peering", "PEER-14", "hard",
     two_vpcs(EAST, OHIO, flows=[flow(needs=["sg-reference"])]), "not us-east-1 to us-east-2"),
    ("vpc-peering", "PEER-19", "warning", mesh(11), "55 peerings are needed"),
    ("vpc-peering", "PEER-15", "condition", document(flow(needs=["private-dns"])),
     "DNS resolution"),
    ("transit-gateway", "TGW-02", "condition", document(), "shares the gateway with 222222222222"),
    ("transit-gateway", "TGW-05", "hard", two_vpcs(orders={"cidrs": ["10.0.0.0/16"]}),
     "routes are not propagated"),
    ("transit-gateway", "TGW-07", "hard", two_vpcs(orders={"cidrs": ["2001:db8::/56"]}),
     "orders: IPv6-only"),
    ("transit-gateway", "TGWP-05", "warning", two_vpcs(EAST, OHIO, flows=[flow(peak_gbps=101)]),
     "between us-east-1 and us-east-2 add up to 101 Gbps"),
    ("transit-gateway", "TGW-16", "warning", two_vpcs(EAST, OHIO), "within 8500 bytes"),
    ("transit-gateway", "TGW-19", "hard",
     two_vpcs(EAST, ("us-east-1", ["use1-az3"]), flows=[flow(needs=["sg-reference"])]),
     "the only AZ of one of the VPCs"),
    ("vpc-peering", "PEER-13", "hard", two_vpcs(orders={"cidrs": ["2001:db8::/56"]}),
     "clients has 10.0.0.0/16 and orders has 2001:db8::/56"),
    ("vpc-sharing", "SHR-08", "warning", document(), "exhaust each other's IP addresses"),
    ("transit-gateway", "TGW-13", "warning", document(flow(peak_gbps=301)),
     "add up to 100.333 Gbps in each AZ"),
    ("transit-gateway", "TGW-17", "warning", document(flow(today="vpc-peering")), "9001 to 8500"),
    ("transit-gateway", "TGW-19", "condition", document(flow(needs=["sg-reference"])), "use1-az3"),
    ("transit-gateway", "TGWP-06", "hard",
     two_vpcs(EAST, OHIO, flows=[flow(needs=["sg-reference"])]), "us-east-1 and us-east-2"),
    ("transit-gateway", "TGW-21", "hard", document(flow(needs=["private-dns"])), "Resolver rules"),
    ("transit-gateway", "TGW-22", "hard",
     document(flow(needs=["client-ip"]), services=service(existing_nlb=True)), "Proxy Protocol v2"),
    ("privatelink", "PLN-01", "hard", document(flow(initiated_by="both")), "only the consumer can"),
    ("privatelink", "PLN-04", "hard", document(flow(to="orders")), "whole VPC orders"),
    ("privatelink", "PLN-03", "condition",
     document(accounts=[account("111111111111", organization="o-one"),
                        account("222222222222", organization="o-two")]),
     "222222222222 allows account 111111111111 as a principal"),
    ("privatelink", "PLN-05", "hard",
     two_vpcs(("us-east-1", ["use1-az1"]), ("us-east-1", ["use1-az2"])), "no AZ in common"),
    ("privatelink", "PLN-05", "warning", document(services=service(azs=["use1-az1"])),
     "api is not in use1-az2, use1-az3"),
    ("privatelink", "PLN-08", "condition", document(services=service(protocol="udp")),
     "orders needs an IPv6 CIDR first"),
    ("privatelink", "PLN-09", "hard", document(flow(needs=["icmp"])), "ICMP is not supported"),
    ("privatelink", "PLN-10", "condition", two_vpcs(clients={"cidrs": ["2001:db8::/56"]}),
     "IPv6 only"),
    ("privatelink", "PLN-12", "warning", document(flow(peak_gbps=31)), "10.3333 Gbps in each AZ"),
    ("privatelink", "PLN-13", "quota", fan(51), "clients needs 51 endpoints; AWS allows 50"),
    ("privatelink", "PLN-14", "warning", document(), "max_idle_seconds is not known"),
    ("privatelink", "PLN-14", "warning", document(flow(max_idle_seconds=351)), "60 to 6000 s"),
    ("privatelink", "PLN-14", "warning", document(flow(max_idle_seconds=6000)), "60 to 6000 s"),
    ("privatelink", "PLN-14", "warning",
     document(flow(max_idle_seconds=121), services=service(protocol="udp")), "dropped after 120 s"),
    ("privatelink", "PLN-15", "hard", document(flow(needs=["client-ip"])),
     "api would see the NLB's"),
    ("privatelink", "PLN-16", "hard", document(flow(needs=["sg-reference"])), "security groups"),
    ("privatelink", "PLN-17", "condition", document(flow(needs=["private-dns"])), "domain"),
    ("privatelink", "PLN-18", "warning", document(services=service(cross_zone=True)), "charged"),
    ("privatelink", "PLN-19", "condition", two_vpcs(OHIO, EAST), "AllowMultiRegion"),
    ("privatelink", "PLN-20", "hard",
     two_vpcs(OHIO, EAST, flows=[flow(max_idle_seconds=6000)]), "custom TCP idle timeout"),
    ("privatelink", "PLN-20", "hard",
     two_vpcs(OHIO, EAST, flows=[flow(max_idle_seconds=6001)]), "no TCP idle timeout reaches 6001"),
    ("privatelink", "PLN-21", "condition", two_vpcs(OHIO, EAST, services=service(protocol="udp")),
     "fit into one packet"),
    ("privatelink", "PLN-22", "hard", two_vpcs(("us-east-1", ["use1-az3"]), OHIO), "use1-az3"),
    ("privatelink", "PLN-22", "warning", two_vpcs(EAST, OHIO), "use1-az3 of clients"),
    ("privatelink", "PLN-24", "warning", two_vpcs(OHIO, EAST), "plan for a Region failure"),
    ("privatelink", "PLN-22", "warning",
     two_vpcs(("us-east-1", ["use1-az1", "use1-az3"]), OHIO), "use1-az3 of clients"),
    ("privatelink", "PLN-13", "quota", fan(51) | {"vpcs": document()["vpcs"][::-1]},
     "clients needs 51 endpoints"),
    ("vpc-peering", "PEER-03", "hard",
     document(vpcs=[vpc("third", "111111111111", "10.2.0.0/16"),
                    *two_vpcs(orders={"cidrs": ["10.0.128.0/17"]})["vpcs"]]),
     "clients 10.0.0.0/16 overlaps orders 10.0.128.0/17"),
    ("vpc-peering", "CMN-15", "warning", star(500), "orders needs 500 routes"),
    *((option, "CMN-15", "warning", star(501), "orders has routes to 501 CIDRs")
      for option in ("transit-gateway", "cloud-wan")),
    ("vpc-peering", "CMN-01", "warning", document(flow(peak_gbps=6)),
     "6 Gbps if it is a single connection"),
    ("vpc-peering", "CMN-01", "warning",
     document(flow(peak_gbps=11, connections_per_second=1, connection_seconds=2)),
     "11 Gbps over 2 open connections"),
    ("vpc-peering", "CMN-07", "warning", two_vpcs(EAST, OHIO, flows=[flow(peak_gbps=6)]), "5 Gbps"),
    ("vpc-sharing", "SHR-04", "quota", two_vpcs(clients={"subnets": SUBNETS}), "share 101 subnets"),
    ("vpc-peering", "PEER-08", "warning", star(26), "orders needs 26 new peerings"),
    ("vpc-lattice", "LTC-10", "quota", fan(501), "needs 501 services"),
    ("privatelink-resource", "LTC-10", "quota", fan(501), "needs 501 services"),
    ("public-internet", "INET-12", "quota", star(2), "need 6 Elastic IP addresses in its Region"),
    ("vpc-peering", "CMN-12", "quota", star(6), "has 6 VPCs in its Region; AWS allows 5"),
    ("vpc-peering", "CMN-13", "quota",
     two_vpcs(clients={"cidrs": [f"10.{i}.0.0/24" for i in range(20, 26)]}), "6 IPv4 CIDRs"),
    ("vpc-peering", "CMN-13", "hard",
     two_vpcs(clients={"cidrs": [f"10.20.{i}.0/24" for i in range(51)]}),
     "51 IPv4 CIDRs"),
    ("vpc-peering", "CMN-14", "quota",
     two_vpcs(clients={"subnets": [
         {"cidr": f"10.0.{i}.0/24", "az": "use1-az1"} for i in range(201)]}),
     "201 subnets"),
    *((option, rule, severity, doc, words)
      for option in ("privatelink-resource", "vpc-lattice")
      for rule, severity, doc, words in (
          ("LTC-20", "hard", document(flow(to="orders")), "whole VPC orders"),
          ("LTC-01", "hard", two_vpcs(EAST, OHIO), "us-east-1 to us-east-2"),
          ("LTC-05", "hard", document(flow(initiated_by="provider")), "only the consumer can"),
          ("LTC-03", "hard", document(flow(needs=["icmp"])), "the flow needs ICMP"),
          ("LTC-03", "hard", document(services=service(protocol="udp")), "api uses UDP"),
          ("LTC-14", "hard", document(flow(needs=["client-ip"])), "not the client's"),
          ("LTC-21", "hard", document(flow(needs=["sg-reference"])), "security groups"),
          ("LTC-06", "condition", document(), "222222222222 shares it with 111111111111"),
          ("LTC-17", "condition", document(flow(needs=["private-dns"])), "custom domain"))),
    ("privatelink-resource", "LTC-09", "quota", fan(201), "clients needs 201 resource endpoints"),
    ("privatelink-resource", "LTC-13", "condition", document(), "a free, contiguous /28"),
    ("privatelink-resource", "LTC-12", "warning",
     document(flow(connections_per_second=1_000, connection_seconds=56)),
     "56,000 connections are open to api"),
    ("vpc-lattice", "LTC-02", "hard", document(), "api speaks TCP"),
    ("vpc-lattice", "LTC-07", "warning", document(flow(peak_gbps=31)), "need 1.0 times the 10"),
    ("vpc-lattice", "LTC-07", "warning",
     document(flow(requests_per_second=60_000), services=service(protocol="http")),
     "need 2.0 times"),
    ("vpc-lattice", "LTC-22", "warning", document(services=service(protocol="http")),
     "max_idle_seconds is not known here"),
    ("vpc-lattice", "LTC-22", "condition",
     document(flow(max_idle_seconds=61), services=service(protocol="http")),
     "set the service's idle timeout, 60 s by default"),
    ("vpc-lattice", "LTC-23", "condition",
     document(flow(connection_seconds=601), services=service(protocol="http")),
     "lives 601 s, and VPC Lattice accepts no new request"),
    ("vpc-lattice", "LTC-23", "hard",
     document(flow(max_idle_seconds=601), services=service(protocol="tls")),
     "lives 601 s, and VPC Lattice closes every TLS passthrough"),
    ("vpc-lattice", "LTC-24", "condition", document(services=service(protocol="tls")),
     "terminate TLS on the targets, or let VPC Lattice terminate it with"),
    ("cloud-wan", "CWAN-14", "hard", two_vpcs(orders={"cidrs": ["10.0.0.0/16"]}),
     "a core network cannot route to both"),
    ("cloud-wan", "TGW-22", "hard",
     document(flow(needs=["client-ip"]), services=service(existing_nlb=True)), "Proxy Protocol v2"),
    ("cloud-wan", "CWAN-01", "condition", two_vpcs(EAST, OHIO), "us-east-1 and us-east-2"),
    ("cloud-wan", "CWAN-20", "condition", document(), "shares the core network with 222222222222"),
    ("cloud-wan", "CWAN-17", "condition", document(flow(needs=["sg-reference"])),
     "SecurityGroupReferencingSupport"),
    ("cloud-wan", "CWAN-17", "hard", two_vpcs(EAST, OHIO, flows=[flow(needs=["sg-reference"])]),
     "not us-east-1 to us-east-2"),
    ("cloud-wan", "CWAN-21", "condition", document(flow(needs=["private-dns"])), "not verified"),
    ("cloud-wan", "CWAN-07", "warning", document(flow(peak_gbps=301)), "100.333 Gbps"),
    ("site-to-site-vpn", "VPN-08", "hard", two_vpcs(orders={"cidrs": ["10.0.0.0/24"]}), "no NAT"),
    ("site-to-site-vpn", "VPN-05", "hard", two_vpcs(orders={"cidrs": ["2001:db8::/56"]}),
     "IPv4 only"),
    ("site-to-site-vpn", "VPN-14", "hard", document(flow(needs=["sg-reference"])), "tunnel"),
    ("site-to-site-vpn", "VPN-12", "quota", mesh(12),
     "gateway of v11 needs 11 connections; AWS allows 10"),
    ("site-to-site-vpn", "VPN-11", "condition", document(), "clients, which is connected to more"),
    ("site-to-site-vpn", "VPN-11", "condition", star(2), "orders, which is connected to more VPCs"),
    ("site-to-site-vpn", "VPN-15", "condition", document(flow(needs=["private-dns"])), "Resolver"),
    ("site-to-site-vpn", "VPN-01", "warning", document(flow(peak_gbps=1.3)), "1.3 Gbps"),
    ("site-to-site-vpn", "VPN-09", "warning", document(), "1446 bytes"),
    ("public-internet", "INET-15", "hard", document(flow(to="orders")), "whole VPC orders"),
    ("public-internet", "INET-03", "hard", document(flow(initiated_by="both")), "internet-facing"),
    ("public-internet", "INET-07", "hard", document(flow(needs=["icmp"])), "ICMP"),
    ("public-internet", "INET-09", "hard", document(flow(needs=["client-ip"])), "NAT gateway's"),
    ("public-internet", "INET-16", "hard", document(flow(needs=["sg-reference"])), "security"),
    ("public-internet", "INET-01", "condition", document(), "exposed to the internet"),
    ("public-internet", "INET-18", "condition",
     two_vpcs(orders={"azs": ["use1-az1"]}, services=service(protocol="http")),
     "orders is in use1-az1 alone, and an Application Load Balancer needs"),
    ("public-internet", "INET-17", "condition", document(flow(needs=["private-dns"])), "public"),
    ("public-internet", "INET-04", "warning", document(flow(peak_gbps=16)), "5.33333 Gbps"),
    ("public-internet", "INET-05", "warning",
     document(flow(connections_per_second=1_000, connection_seconds=180)), "60,000 open"),
    ("public-internet", "INET-06", "warning", document(), "is not known here"),
    ("public-internet", "INET-06", "warning",
     document(flow(max_idle_seconds=61), services=service(protocol="http")),
     "an ALB closes idle connections after 60"),
    ("public-internet", "INET-08", "warning", document(), "1500 bytes"),
    ("vpc-peering", "POLICY-01", "hard",
     two_vpcs(clients={"environment": "dev"}, orders={"environment": "prod"}, policies=[
         {"forbid": "vpc-peering", "between": ["prod", "dev"], "because": "audit"}]),
     "forbids this option between dev and prod: audit"),
]  # fmt: skip

SILENT: list[tuple[str, str, dict[str, Any]]] = [
    ("vpc-sharing", "CMN-12", star(6)),
    ("single-vpc", "BASE-01", two_vpcs(EAST, OHIO, orders={"account": "111111111111"})),
    ("single-vpc", "BASE-01", document()),
    ("privatelink", "PLN-10", two_vpcs(clients={"cidrs": ["10.0.0.0/16", "2001:db8::/56"]})),
    ("transit-gateway", "TGWP-05", two_vpcs(EAST, OHIO, flows=[flow(peak_gbps=100)])),
    ("privatelink", "PLN-21", document(services=service(protocol="udp"))),
    ("privatelink", "PLN-21", two_vpcs(OHIO, EAST)),
    ("vpc-sharing", "SHR-08", two_vpcs(orders={"account": "111111111111"})),
    ("transit-gateway", "TGW-07", two_vpcs(orders={"cidrs": ["10.1.0.0/16", "2001:db8::/56"]})),
    ("vpc-peering", "PEER-13", two_vpcs(orders={"cidrs": ["10.1.0.0/16", "2001:db8::/56"]})),
    ("vpc-sharing", "SHR-01", two_vpcs(orders={"account": "111111111111"})),
    ("vpc-peering", "PEER-03", document()),
    ("vpc-peering", "PEER-19", mesh(10)),
    ("vpc-peering", "PEER-19", mesh(11) | {"operations_usd_per_object": {"peering": 0}}),
    ("privatelink", "PLN-03", document()),
    ("vpc-peering", "PEER-07", star(50)),
    ("vpc-peering", "CMN-15", star(50)),
    ("transit-gateway", "CMN-15", star(500)),
    ("vpc-peering", "PEER-09", star(500)),
    ("vpc-peering", "PEER-08", star(25)),
    ("vpc-peering", "CMN-12", star(5)),
    ("vpc-peering", "CMN-13",
     two_vpcs(clients={"cidrs": [f"10.{i}.0.0/24" for i in range(20, 25)]})),
    ("vpc-peering", "CMN-14",
     two_vpcs(clients={"subnets": [
         {"cidr": f"10.0.{i}.0/24", "az": "use1-az1"} for i in range(200)]})),
    ("vpc-sharing", "SHR-04", two_vpcs(clients={"subnets": SUBNETS[:100]})),
    ("vpc-lattice", "LTC-10", fan(500)),
    ("public-internet", "INET-12", star(2, vpcs=[
        vpc("v0", "111111111111", "10.0.0.0/24"),
        vpc("v1", "111111111111", "10.0.1.0/24", azs=["use1-az1", "use1-az2"]),
        vpc("orders", "222222222222", "172.16.0.0/16")])),
    ("privatelink", "PLN-12", document(flow(peak_gbps=30))),
    ("privatelink", "PLN-14",
     document(flow(max_idle_seconds=120), services=service(protocol="udp"))),
    ("cloud-wan", "CWAN-07", document(flow(peak_gbps=300))),
    ("public-internet", "INET-06",
     document(flow(max_idle_seconds=60), services=service(protocol="http"))),
    ("vpc-peering", "CMN-01", document(flow(peak_gbps=5))),
    ("vpc-peering", "CMN-07", two_vpcs(EAST, OHIO, flows=[flow(peak_gbps=5)])),
    ("vpc-peering", "PEER-04", document()),
    ("transit-gateway", "TGW-02", two_vpcs(orders={"account": "111111111111"})),
    ("transit-gateway", "TGW-05", two_vpcs(orders={"cidrs": ["10.1.0.0/16", "2001:db8::/56"]})),
    ("transit-gateway", "TGW-13", document(flow(peak_gbps=300))),
    ("transit-gateway", "TGW-22", document(flow(needs=["client-ip"]))),
    ("privatelink", "PLN-05", document()),
    ("privatelink", "PLN-13", fan(50)),
    ("privatelink", "PLN-13",
     fan(50) | {"connections": [{"kind": "attachment", "id": "tgw-attach-1", "vpc": "clients"}]}),
    ("privatelink", "PLN-14", document(flow(max_idle_seconds=350))),
    ("privatelink", "PLN-20", two_vpcs(OHIO, EAST, flows=[flow(max_idle_seconds=350)])),
    *(("privatelink", "PLN-20",
       two_vpcs(OHIO, EAST, flows=[flow(max_idle_seconds=400)], services=service(protocol=name)))
      for name in ("tls", "udp")),
    ("vpc-peering", "PEER-08",
     star(26, connections=[{"kind": "peering", "id": "pcx-1", "between": ["v0", "orders"]}])),
    ("privatelink", "PLN-22", two_vpcs(OHIO, EAST)),
    ("transit-gateway", "TGW-19", two_vpcs(EAST, ("us-east-1", ["use1-az3"]))),
    ("privatelink", "PLN-18", document(services=service(cross_zone=False))),
    ("vpc-peering", "CMN-01",
     document(flow(peak_gbps=6, connections_per_second=1, connection_seconds=2))),
    ("vpc-peering", "POLICY-01",
     two_vpcs(clients={"environment": "prod"}, orders={"environment": "prod"}, policies=[
         {"forbid": "vpc-peering", "between": ["prod", "dev"]}])),
    ("privatelink", "PEER-03", two_vpcs(orders={"cidrs": ["10.0.0.0/16"]})),
    ("privatelink-resource", "LTC-03", document()),
    ("privatelink-resource", "LTC-06", two_vpcs(orders={"account": "111111111111"})),
    ("privatelink-resource", "LTC-09", fan(200)),
    ("privatelink-resource", "LTC-12",
     document(flow(connections_per_second=1_000, connection_seconds=55))),
    ("privatelink-resource", "LTC-12",
     document(flow(to="orders", connections_per_second=1_000, connection_seconds=56))),
    ("vpc-lattice", "LTC-02", document(services=service(protocol="tls"))),
    ("vpc-lattice", "LTC-07", document(flow(peak_gbps=30))),
    ("cloud-wan", "CWAN-14", document()),
    ("cloud-wan", "CWAN-20", two_vpcs(orders={"account": "111111111111"})),
    ("cloud-wan", "CWAN-17", document()),
    ("vpc-lattice", "LTC-22",
     document(flow(max_idle_seconds=60), services=service(protocol="http"))),
    ("vpc-lattice", "LTC-23",
     document(flow(connection_seconds=600, max_idle_seconds=600),
              services=service(protocol="tls"))),
    ("privatelink-resource", "LTC-22", document(flow(max_idle_seconds=601))),
    ("public-internet", "INET-18", two_vpcs(orders={"azs": ["use1-az1"]})),
    ("public-internet", "INET-18",
     document(services=service(protocol="http", azs=["use1-az1"]))),
    ("site-to-site-vpn", "VPN-05", two_vpcs(orders={"cidrs": ["10.1.0.0/16", "2001:db8::/56"]})),
    ("site-to-site-vpn", "VPN-12", mesh(11)),
    ("site-to-site-vpn", "VPN-12", star(11)),
    ("site-to-site-vpn", "VPN-01", document(flow(peak_gbps=1.25))),
    ("public-internet", "INET-04", document(flow(peak_gbps=15))),
    ("public-internet", "INET-05",
     document(flow(connections_per_second=1_000, connection_seconds=165))),
    ("public-internet", "INET-05",
     document(*(flow(name=name, connections_per_second=1_000, connection_seconds=165,
                     **{"from": name}) for name in ("clients", "third")),
              vpcs=[*document()["vpcs"], vpc("third", "111111111111", "10.2.0.0/16")])),
    ("public-internet", "INET-05",
     document(flow(connections_per_second=1_000, connection_seconds=165),
              flow(name="whole", to="orders", connections_per_second=1_000, connection_seconds=165,
                   **{"from": "third"}),
              vpcs=[*document()["vpcs"], vpc("third", "111111111111", "10.2.0.0/16")])),
    ("public-internet", "INET-06", document(flow(max_idle_seconds=350))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "rule", "severity", "doc", "words"),
    APPLIES,
    ids=[f"{case[1]}-{case[2]}-{i}" for i, case in enumerate(APPLIES)],
)
def test_it_applies_and_says_why(
    option: str, rule: str, severity: str, doc: dict[str, Any], words: str
) -> None:
    details = findings(doc, option)
    assert words in details[option, rule, severity]
    assert rule not in details[option, rule, severity]  # whoever shows it says it besides


@pytest.mark.parametrize(
    ("option", "rule", "doc"), SILENT, ids=[f"{case[1]}-{i}" for i, case in enumerate(SILENT)]
)
def test_it_does_not_apply(option: str, rule: str, doc: dict[str, Any]) -> None:
    assert not [key for key in findings(doc, option) if key[:2] == (option, rule)]


def test_every_rule_of_every_option_is_tried_above() -> None:
    """Except those whose limit needs thousands of VPCs, which have a test of their own."""
    tried = {(case[0], case[1], case[2]) for case in APPLIES}
    rules = {
        (option.key, rule.id, rule.severity.value) for option in OPTIONS for rule in option.rules
    }
    assert rules - tried == {
        ("vpc-sharing", "SHR-03", "quota"),
        ("vpc-peering", "PEER-09", "hard"),
        ("transit-gateway", "TGW-04", "quota"),
        ("transit-gateway", "TGW-12", "quota"),
        ("cloud-wan", "CWAN-02", "quota"),
        ("cloud-wan", "CWAN-05", "hard"),
    }


def test_the_limits_of_thousands() -> None:
    many = 5_001
    accounts = [account(f"{i:012d}") for i in range(120)]
    vpcs = [vpc(f"v{i}", f"{i % 120:012d}", f"10.{i // 256}.{i % 256}.0/24") for i in range(many)]
    extra = [f"172.{16 + i // 256}.{i % 256}.0/24" for i in range(40)]
    hub = vpc("orders", "000000000000", "192.168.0.0/16", cidrs=["192.168.0.0/16", *extra])
    wide = [
        vpc | {"cidrs": [*vpc["cidrs"], f"11.{i // 256}.{i % 256}.0/24"]}
        for i, vpc in enumerate(vpcs)
    ]
    doc = document(
        flow(**{"from": [vpc["name"] for vpc in vpcs]}), accounts=accounts, vpcs=[*wide, hub]
    )
    details = findings(doc)
    assert "119 accounts" in details["vpc-sharing", "SHR-03", "quota"]
    assert "10002 routes" in details["vpc-peering", "PEER-09", "hard"]
    assert "5002 attachments" in details["transit-gateway", "TGW-04", "quota"]
    assert "10043 routes" in details["transit-gateway", "TGW-12", "quota"]
    assert "10002 CIDRs" in details["transit-gateway", "CMN-15", "warning"]
    assert "5002 attachments" in details["cloud-wan", "CWAN-02", "quota"]
    assert "10,000 routes" in details["cloud-wan", "CWAN-05", "hard"]


def raised(rule: str, value: int, account: str = "222222222222") -> dict[str, Any]:
    quota = {"account": account, "rule": rule, "value": value, "by": "Ann", "because": "case 42"}
    return {"quotas": [quota]}


def test_a_raised_quota_counts_for_its_account_alone() -> None:
    assert ("vpc-peering", "PEER-07", "quota") in findings(star(60))
    lifted = findings(star(60, **raised("PEER-07", 80)))
    assert ("vpc-peering", "PEER-07", "quota") not in lifted
    others = findings(star(60, **raised("PEER-07", 80, "111111111111")))
    assert ("vpc-peering", "PEER-07", "quota") in others


def test_beyond_a_raised_quota_it_says_who_raised_it_and_why() -> None:
    detail = findings(star(60, **raised("PEER-07", 55)))["vpc-peering", "PEER-07", "quota"]
    assert (
        "orders needs 60 peerings; AWS allows 50, raised to 55 for account 222222222222" in detail
    )
    assert "by Ann (case 42)" in detail


def test_what_aws_granted_beyond_its_stated_ceiling_counts() -> None:
    assert ("vpc-peering", "PEER-07", "hard") in findings(star(130))
    lifted = findings(star(130, **raised("PEER-07", 140)))
    assert ("vpc-peering", "PEER-07", "hard") not in lifted


def test_every_limit_can_be_raised_in_a_document() -> None:
    assert OPTIONS.vocabulary.quotas == (
        "CMN-12",
        "CMN-13",
        "CMN-14",
        "CWAN-02",
        "INET-12",
        "LTC-09",
        "LTC-10",
        "PEER-07",
        "PEER-09",
        "PLN-13",
        "SHR-03",
        "SHR-04",
        "TGW-04",
        "TGW-12",
        "VPN-12",
    )


def test_a_bystander_on_the_hub_breaks_both_flows_that_touch_an_overlap() -> None:
    vpcs = [
        *document()["vpcs"],
        vpc("third", "111111111111", "10.0.0.0/24"),
        vpc("fourth", "111111111111", "10.4.0.0/16"),
        vpc("fifth", "111111111111", "10.5.0.0/16"),
    ]
    flows = [
        flow(),
        flow(name="g", **{"from": "third", "to": "fourth"}),
        flow(name="h", **{"from": "fourth", "to": "fifth"}),
    ]
    answer = plain(compare(topology(document(*flows, vpcs=vpcs)), price_list(), NO_LATENCIES))
    gateway = next(
        candidate for candidate in answer["answers"] if candidate["option"] == "transit-gateway"
    )
    stopped = {f["flow"] for f in gateway["findings"] if f["rule"] == "TGW-05"}
    assert stopped == {"f", "g"}
    assert gateway["feasible_flows"] == 1


def test_a_peering_with_a_vpc_that_no_flow_wants_spares_no_request() -> None:
    peered = star(26, connections=[{"kind": "peering", "id": "pcx-1", "between": ["x", "orders"]}])
    peered["vpcs"].append(vpc("x", "111111111111", "10.200.0.0/16"))
    assert "orders needs 26 new" in findings(peered)["vpc-peering", "PEER-08", "warning"]


TOKYO = ("ap-northeast-1", ["apne1-az1"])


def peaks(*ends: tuple[str, str]) -> dict[str, Any]:
    """Three VPCs in three Regions, and a flow of 60 Gbps between each of some pairs."""
    vpcs = [
        vpc(name, "111111111111", f"10.{i}.0.0/16", region=region, azs=azs)
        for i, (name, (region, azs)) in enumerate(zip("abc", (EAST, OHIO, TOKYO), strict=True))
    ]
    flows = [
        flow(name=f"f{i}", **{"from": begin, "to": end}, peak_gbps=60)
        for i, (begin, end) in enumerate(ends)
    ]
    return document(*flows, vpcs=vpcs, services=[])


def test_peaks_between_two_regions_add_up_both_ways_and_not_with_those_to_a_third() -> None:
    rule = ("transit-gateway", "TGWP-05", "warning")
    assert rule not in findings(peaks(("a", "b"), ("b", "c"), ("a", "c")))
    assert "add up to 120 Gbps" in findings(peaks(("a", "b"), ("b", "a"), ("a", "c")))[rule]


def test_only_the_end_without_ipv4_is_named() -> None:
    detail = findings(two_vpcs(orders={"cidrs": ["2001:db8::/56"]}))
    assert detail["transit-gateway", "TGW-07", "hard"].startswith("orders: IPv6-only")
    both = {"cidrs": ["10.0.0.0/16", "2001:db8:1::/56"]}
    detail = findings(two_vpcs(clients=both, orders={"cidrs": ["2001:db8::/56"]}))
    assert detail["transit-gateway", "TGW-07", "hard"].startswith("orders: IPv6-only")


@pytest.mark.parametrize(
    ("gbps", "words"), [(300, "scales automatically to 100"), (301, "use several endpoints")]
)
def test_an_endpoint_scales_by_itself_up_to_100_gbps_in_each_of_its_azs(
    gbps: int, words: str
) -> None:
    """Three AZs carry 300 Gbps."""
    assert words in findings(document(flow(peak_gbps=gbps)))["privatelink", "PLN-12", "warning"]


@pytest.mark.parametrize(("azs", "is_warned"), [(1, True), (2, False)])
def test_from_another_region_a_service_with_targets_in_one_az_is_named(
    azs: int, is_warned: bool
) -> None:
    there = ("us-east-1", ["use1-az1", "use1-az2"][:azs])
    words = findings(two_vpcs(OHIO, there))["privatelink", "PLN-19", "condition"]
    assert words.endswith("api has targets in 1 AZ only." if is_warned else "in two or more AZs.")


@pytest.mark.parametrize("organization", ["o-other", None])
def test_a_gateway_is_shared_with_an_account_outside_its_organization_as_an_external_one(
    organization: str | None,
) -> None:
    inside = findings(document())["transit-gateway", "TGW-02", "condition"]
    assert "external principals" not in inside
    accounts = [account("111111111111"), account("222222222222", organization=organization)]
    outside = findings(document(accounts=accounts))["transit-gateway", "TGW-02", "condition"]
    assert "allow external principals, as 222222222222 is not" in outside


@pytest.mark.parametrize(
    ("azs", "is_warned"), [(["use1-az1", "use1-az3"], True), (["use1-az1", "use1-az2"], False)]
)
def test_one_end_in_the_az_without_group_references_is_enough_to_say_so(
    azs: list[str], is_warned: bool
) -> None:
    there = ("us-east-1", ["use1-az1", "use1-az2"])
    asked = two_vpcs(there, ("us-east-1", azs), flows=[flow(needs=["sg-reference"])])
    words = findings(asked)["transit-gateway", "TGW-19", "condition"]
    assert ("it does not work in use1-az3" in words) == is_warned


def test_both_flows_to_two_vpcs_that_overlap_are_warned_and_no_other() -> None:
    """Of five VPCs the second peers with the third and the fifth."""
    cidrs = ("10.9.0.0/16", "10.1.0.0/16", "10.0.0.0/16", "10.8.0.0/16", "10.0.0.0/24")
    vpcs = [vpc(f"v{i}", "111111111111", cidr) for i, cidr in enumerate(cidrs)]
    ends = {"f": ("v2", "v1"), "g": ("v4", "v1"), "h": ("v0", "v3"), "i": ("v0", "v1")}
    flows = [flow(name=name, **{"from": a, "to": b}) for name, (a, b) in ends.items()]
    network = topology(document(*flows, vpcs=vpcs, services=[]))
    answer = plain(compare(network, price_list(), NO_LATENCIES))
    peering = next(
        candidate for candidate in answer["answers"] if candidate["option"] == "vpc-peering"
    )
    warned = {each["flow"] for each in peering["findings"] if each["rule"] == "PEER-04"}
    assert warned == {"f", "g"}


def test_what_exists_already_counts() -> None:
    existing = [{"kind": "endpoint", "id": f"vpce-{i}", "vpc": "clients"} for i in range(50)]
    details = findings(document(connections=existing))
    assert "clients needs 51 endpoints" in details["privatelink", "PLN-13", "quota"]
    third = vpc("third", "111111111111", "10.0.0.0/24")
    attached = [{"kind": "attachment", "id": "tgw-attach-1", "vpc": "third"}]
    doc = document(vpcs=[*document()["vpcs"], third])
    assert ("transit-gateway", "TGW-05", "hard") not in findings(doc)
    assert ("transit-gateway", "TGW-05", "hard") in findings(doc | {"connections": attached})
    peered = [{"kind": "peering", "id": "pcx-1", "between": ["third", "orders"]}]
    details = findings(doc | {"connections": peered})
    assert (
        "orders peers with two VPCs with overlapping"
        in details["vpc-peering", "PEER-04", "warning"]
    )


def test_a_longer_timeout_is_not_advised_where_it_cannot_be_set() -> None:
    details = findings(two_vpcs(OHIO, EAST, flows=[flow(max_idle_seconds=400)]))
    assert "send keep-alives" in details["privatelink", "PLN-14", "warning"]
    details = findings(two_vpcs(OHIO, EAST))
    assert "cannot be set for cross-Region access" in details["privatelink", "PLN-14", "warning"]


def test_overlaps_of_two_regions_are_worded_as_such() -> None:
    doc = two_vpcs(EAST, OHIO, orders={"cidrs": ["10.0.0.0/16"]})
    assert "TGWP-02" in findings(doc)["transit-gateway", "TGW-05", "hard"]


@pytest.mark.parametrize(("more", "is_first"), [(["2001:db8::/56"], False), ([], True)])
def test_udp_asks_for_an_ipv6_range_where_there_is_none(more: list[str], is_first: bool) -> None:
    asked = two_vpcs(orders={"cidrs": ["10.1.0.0/16", *more]}, services=service(protocol="udp"))
    words = findings(asked)["privatelink", "PLN-08", "condition"]
    assert words.startswith("orders needs an IPv6 CIDR first") == is_first


def test_without_an_az_in_common_there_is_no_endpoint_and_no_word_of_crossing_to_it() -> None:
    rules = findings(two_vpcs(EAST, ("us-east-1", ["use1-az4"])))
    assert {key[2] for key in rules if key[:2] == ("privatelink", "PLN-05")} == {"hard"}


def test_a_policy_speaks_for_the_option_that_it_forbids_alone() -> None:
    """Two policies between the same environments; one of them is about hubs."""
    policies = [
        {"forbid": option, "between": ["prod", "dev"], "because": f"because of {option}"}
        for option in ("transit-gateway", "vpc-peering")
    ]
    ends = {"clients": {"environment": "prod"}, "orders": {"environment": "dev"}}
    details = findings(two_vpcs(**ends, policies=policies))
    words = details["vpc-peering", "POLICY-01", "hard"]
    assert words == "a policy forbids this option between prod and dev: because of vpc-peering"
    assert ("privatelink", "POLICY-01", "hard") not in details
    before = vpc("third", "111111111111", "10.2.0.0/16")
    vpcs = [before, *two_vpcs(**ends)["vpcs"]]
    assert ("vpc-peering", "POLICY-01", "hard") in findings(document(vpcs=vpcs, policies=policies))


def test_a_gateway_has_a_peering_for_each_region_that_its_own_flows_reach() -> None:
    """Of four Regions the second talks with all others, which do not talk with each other."""
    regions = (EAST, OHIO, ("us-west-2", ["usw2-az1"]), ("eu-west-1", ["euw1-az1"]))
    vpcs = [
        vpc(f"v{i}", "111111111111", f"10.{i}.0.0/16", region=region, azs=azs)
        for i, (region, azs) in enumerate(regions)
    ]
    pairs = {"f": ("v0", "v1"), "g": ("v1", "v2"), "h": ("v1", "v3")}
    flows = [flow(name=name, **{"from": a, "to": b}) for name, (a, b) in pairs.items()]
    comparison = compare(
        topology(document(*flows, vpcs=vpcs, services=[])), price_list(), NO_LATENCIES
    )
    (fullest,) = (room for room in headroom(comparison) if room.limit.id == "TGW-04")
    assert (fullest.vpc, fullest.count) == ("v1", 1 + 3)


def test_at_the_most_that_aws_allows_a_quota_may_still_be_raised() -> None:
    severities = {key[2] for key in findings(star(125)) if key[:2] == ("vpc-peering", "PEER-07")}
    assert severities == {"quota"}


def test_a_policy_without_a_reason_gives_none() -> None:
    ends = {"clients": {"environment": "prod"}, "orders": {"environment": "dev"}}
    policies = [{"forbid": "vpc-peering", "between": ["prod", "dev"]}]
    words = findings(two_vpcs(**ends, policies=policies))["vpc-peering", "POLICY-01", "hard"]
    assert words.endswith("between prod and dev")


def test_at_the_most_that_a_vpc_may_have_a_cidr_more_is_hard() -> None:
    def severities(count: int) -> set[str]:
        doc = two_vpcs(clients={"cidrs": [f"10.20.{i}.0/24" for i in range(count)]})
        return {key[2] for key in findings(doc) if key[:2] == ("vpc-peering", "CMN-13")}

    assert severities(50) == {"quota"}
    assert severities(51) == {"hard"}


@pytest.mark.parametrize(
    ("gbps", "words"), [(300, "scales automatically to 100"), (301, "use several")]
)
def test_a_nat_gateway_scales_by_itself_up_to_100_gbps(gbps: int, words: str) -> None:
    """In each of three AZs there is one."""
    detail = findings(document(flow(peak_gbps=gbps)))["public-internet", "INET-04", "warning"]
    assert words in detail


def test_an_alb_is_spoken_of_only_where_there_is_one() -> None:
    words = findings(document())["public-internet", "INET-06", "warning"]
    assert words.startswith("max_idle_seconds is not known here; a NAT gateway after 350 s")
