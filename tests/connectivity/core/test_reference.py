"""The reference case and the worked cases of the contract, at the shipped prices."""

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import parse
from connectivity.reference import REFERENCE
from costmodel.core.price_list import PriceList


def test_the_reference_case_line_by_line(prices: PriceList, latencies: LatencySet) -> None:
    answer = plain(compare(parse(REFERENCE.read_bytes()), prices, latencies))
    bills = {option["option"]: option["monthly_usd"] for option in answer["answers"]}
    assert bills == {
        "single-vpc": None,
        "vpc-sharing": "0.00",
        "vpc-peering": "0.00",
        "transit-gateway": "2121.00",
        "privatelink": "1676.73",
        "privatelink-resource": None,  # the provider's GB was read for Tokyo alone
        "vpc-lattice": "2578.25",
        "cloud-wan": "2507.90",
        "site-to-site-vpn": None,  # the appliance has no price
        "public-internet": "7407.28",
    }
    assert answer["recommended"] == "vpc-peering"
    assert answer["frontier"] == ["vpc-peering"]
    lines = {
        option["option"]: [
            (line["quantity"], line["rate"], line["usd"]) for line in option["lines"]
        ]
        for option in answer["answers"]
    }
    assert lines["privatelink"] == [
        ("2190.000", "0.01", "21.900000"),
        ("102400.000", "0.01", "1024.000000"),
        ("730.000", "0.0225", "16.425000"),
        ("102400.000", "0.006", "614.400000"),
    ]
    # both ends are AWS's: EC2 On-Demand page, "Data Transfer within the same AWS Region"
    assert lines["public-internet"][-2:] == [("102400.000", "0.01", "1024.000000")] * 2
    assert lines["transit-gateway"] == [
        ("730.000", "0.05", "36.500000"),
        ("730.000", "0.05", "36.500000"),
        ("51200.000", "0.02", "1024.000000"),
        ("51200.000", "0.02", "1024.000000"),
    ]


def test_the_reference_latencies(prices: PriceList, latencies: LatencySet) -> None:
    answer = plain(compare(parse(REFERENCE.read_bytes()), prices, latencies), include=["cells"])
    published = {
        option["option"]: {
            f"{cell['from_az']} {cell['to_az']}": (cell["us"], cell["overhead_us"])
            for cell in option["latency"]
            if cell["basis"] == "published"
        }
        for option in answer["answers"]
    }
    inside, across = "use1-az1 use1-az1", "use1-az1 use1-az2"
    assert published == {
        "single-vpc": {inside: (85, 0), across: (640, 0)},
        "vpc-sharing": {inside: (88, 3), across: (550, -90)},
        "vpc-peering": {inside: (86, 1), across: (595, -45)},
        "transit-gateway": {inside: (463, 378), across: (970, 330)},
        "privatelink": {inside: (654, 569), across: (1215, 575)},
        **{
            key: {} for key in OPTIONS.vocabulary.options[5:]
        },  # nobody published one with its method
    }
    comments = {
        option["option"]: [cell["comment"] for cell in option["latency"][:2]]
        for option in answer["answers"]
    }
    for option in ("vpc-sharing", "vpc-peering"):
        assert all("not distinguishable" in comment for comment in comments[option])
    for option in ("transit-gateway", "privatelink"):
        assert not any("not distinguishable" in comment for comment in comments[option])


def test_what_would_change_it(prices: PriceList, latencies: LatencySet) -> None:
    answer = plain(compare(parse(REFERENCE.read_bytes()), prices, latencies))
    assert [(flip["when"], flip["to"]) for flip in answer["flips"]] == [
        ("cross-AZ share of the GB above 81.9%", "privatelink"),
        ("operations of one peering above 1676.73 USD a month", "privatelink"),
        ("a p99 budget below 86 µs (Cloud WAN has flows whose p99 is not known)", "cloud-wan"),
    ]
