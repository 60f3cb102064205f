"""Limits of an EC2 instance: bandwidth, bursts, one flow, the internet, packets."""

from connectivity.core.aws_figures import LINK_LOCAL_PACKETS
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.alerts import Alert, alert_files, growing
from connectivity.core.reviewing.files.holes import Only
from connectivity.core.reviewing.files.kubernetes import ethtool_exporter, manifests
from connectivity.core.reviewing.inputs import flag, number, text
from connectivity.core.reviewing.review import (
    Constant,
    Finding,
    Limit,
    Metric,
    Review,
    Suggestion,
    Words,
)
from connectivity.core.reviewing.sources import EC2_BANDWIDTH, EC2_TYPES, ENA, VPC_DNS_QUOTAS
from connectivity.core.reviewing.tables import of_instance

LARGER = "Use a larger instance type, or spread the load over more instances."

OF_INTERFACE = {"instance": "node-1", "device": "eth0"}
SENT = "node_network_transmit_bytes_total"
DROPPED = {
    "BandwidthInDropped": ("bw_in", "packets above the inbound bandwidth are dropped"),
    "BandwidthOutDropped": ("bw_out", "packets above the outbound bandwidth are dropped"),
    "PacketsDropped": ("pps", "packets above the packet rate are dropped"),
    "LinkLocalPacketsDropped": ("linklocal", "packets to DNS, IMDS or NTP are dropped"),
    "ConnectionsDropped": ("conntrack", "connections above those that are tracked are dropped"),
}


REVIEW = Review(
    key="ec2-limits",
    title="EC2 instance limits",
    about="Which limit of an instance's network comes first: baseline, burst, one flow, traffic to "
    "the internet, packets.",
    inputs=(
        text("instance_type", "such as m5.large; figures that are given win over its own"),
        number("vcpus", "of the instance", within=(1, 1024)),
        number("baseline_gbps", "that it can keep up"),
        number("burst_gbps", "that it reaches while credits last"),
        number("average_gbps", "the busier of in and out", required=True, load=True),
        number("peak_gbps", "likewise; not given: the average", load=True),
        number("packets_per_second", "both directions", 0, (0, 1e9), load=True),
        number("packets_limit", "of your own measurement; AWS publishes none"),
        number("microburst_bytes", "that are sent at once", 0, load=True),
        number("microburst_ms", "within which they are sent", 1, (0.01, 1000)),
        number("flow_gbps", "of the largest single flow", 0, load=True),
        flag("placement_group", "both ends are in one cluster placement group"),
        flag("ena_express", "both ends use ENA Express"),
        number("internet_gbps", "through an internet gateway or a local gateway", 0, load=True),
        number(
            "linklocal_packets_per_second", "to DNS, IMDS and NTP, of one interface", 0, load=True
        ),
    ),
    constants={
        "FLOW": Constant(5, "Gbps of one flow", EC2_BANDWIDTH),
        "FLOW_IN_GROUP": Constant(10, "Gbps of one flow in a placement group", EC2_BANDWIDTH),
        "FLOW_EXPRESS": Constant(25, "Gbps of one flow by ENA Express", EC2_BANDWIDTH),
        "INTERNET": Constant(5, "Gbps through a gateway", EC2_BANDWIDTH),
        "MANY_VCPUS": Constant(32, "vCPUs from which it is half the bandwidth", EC2_BANDWIDTH),
        "LINK_LOCAL": Constant(
            LINK_LOCAL_PACKETS, "packets a second that an ENI may send", VPC_DNS_QUOTAS
        ),
    },
    lookups=(of_instance,),
    helpers={
        "known_vcpus": "first_known(vcpus, type_vcpus)",
        "known_peak_gbps": "first_known(peak_gbps, average_gbps)",
    },
    numbers={
        "baseline_gbps": "first_known(given_baseline_gbps, type_baseline_gbps)",
        "burst_gbps": "first_known(given_burst_gbps, type_burst_gbps)",
        "microburst_gbps": "microburst_bytes * 8 / (microburst_ms / 1000) / 1e9",
        "flow_limit_gbps": "FLOW_EXPRESS if ena_express else FLOW_IN_GROUP if placement_group"
        " else FLOW",
        "internet_limit_gbps": "None if not is_given(known_vcpus) or not is_given(burst_gbps)"
        " else INTERNET if known_vcpus < MANY_VCPUS else max(INTERNET, burst_gbps / 2)",
    },
    limits=(
        Limit(
            "baseline",
            load="average_gbps",
            limit="baseline_gbps",
            words=Words(
                "An instance keeps up its baseline; above it, it uses network I/O credits.",
                LARGER,
                EC2_BANDWIDTH,
                "bw_in_allowance_exceeded and bw_out_allowance_exceeded stay 0.",
            ),
        ),
        Limit(
            "peak",
            load="known_peak_gbps",
            limit="burst_gbps",
            words=Words(
                "Above its burst bandwidth an instance queues and drops packets, credits or not.",
                LARGER,
                EC2_BANDWIDTH,
                "bw_in_allowance_exceeded and bw_out_allowance_exceeded stay 0.",
            ),
        ),
        Limit(
            "microburst",
            load="microburst_gbps",
            limit="burst_gbps",
            words=Words(
                "Traffic is shaped within milliseconds: what is sent at once exceeds the bandwidth "
                "though the average, and a figure that is read every 10 s, does not.",
                "Pace the sender (the fq queueing discipline), or send less at once.",
                EC2_BANDWIDTH,
                "bw_out_allowance_exceeded stays 0.",
            ),
        ),
        Limit(
            "flow",
            load="flow_gbps",
            limit="flow_limit_gbps",
            words=Words(
                "One flow carries {flow_limit_gbps} Gbps at most, whatever the instance.",
                "Use several connections, a cluster placement group, or ENA Express.",
                EC2_BANDWIDTH,
                "The traffic is no longer bound by one flow.",
            ),
        ),
        Limit(
            "internet",
            load="internet_gbps",
            limit="internet_limit_gbps",
            words=Words(
                "Through an internet gateway or a local gateway an instance has 5 Gbps, from 32 "
                "vCPUs half of its bandwidth if that is more. Older editions of AWS's page name "
                "other Regions and Direct Connect, too: count them to be sure.",
                LARGER,
                EC2_BANDWIDTH,
                "The traffic is no longer bound by the gateway.",
            ),
        ),
        Limit(
            "linklocal",
            load="linklocal_packets_per_second",
            limit="LINK_LOCAL",
            words=Words(
                "A network interface may send 1,024 packets a second to DNS, instance metadata and "
                "time service together.",
                "Cache DNS on the host, and keep SDK clients as long as the process lives: each "
                "new one asks IMDS for credentials. The quota cannot be raised.",
                VPC_DNS_QUOTAS,
                "linklocal_allowance_exceeded stays 0.",
            ),
        ),
        Limit(
            "packets",
            load="packets_per_second",
            limit="packets_limit",
            words=Words(
                "Beyond its packets a second an instance queues and drops.",
                LARGER,
                ENA,
                "pps_allowance_exceeded stays 0.",
            ),
        ),
    ),
    findings=(
        Finding(
            "credits",
            Severity.ADVICE,
            when="average_gbps <= baseline_gbps and baseline_gbps < known_peak_gbps",
            graver=(Severity.WARNING, "used_baseline > 0.375"),
            detail="The average is {average_gbps} Gbps, the baseline {baseline_gbps}, the peak "
            "{known_peak_gbps}.",
            words=Words(
                "Peaks above the baseline last as long as network I/O credits do; AWS publishes no "
                "figure for it.",
                "Test a peak of full length; alert on bw_out_allowance_exceeded.",
                EC2_BANDWIDTH,
            ),
        ),
        Finding(
            "packets-unknown",
            Severity.ADVICE,
            when="packets_per_second > 0 and not is_given(packets_limit)",
            detail="{packets_per_second} packets a second, against no published figure.",
            words=Words(
                "AWS publishes no packets a second for instance types.",
                "Measure when pps_allowance_exceeded begins to grow, and give packets_limit; read "
                "it beside every load test, which else blames the program.",
                ENA,
            ),
        ),
        Finding(
            "type-unknown",
            Severity.WARNING,
            when="not is_given(baseline_gbps) or not is_given(burst_gbps)",
            detail="Baseline and burst bandwidth are not both known.",
            words=Words(
                "The instance type is not given, or not among those recorded.",
                "Give instance_type, or baseline_gbps and burst_gbps.",
                EC2_TYPES,
            ),
        ),
    ),
    artefacts=(
        *alert_files(
            "ec2-limits",
            "Alerts on what the ENA driver drops, and on traffic near the baseline.",
            *(
                growing(name, f"node_ethtool_{key}_allowance_exceeded", OF_INTERFACE, 20, means)
                for name, (key, means) in DROPPED.items()
            ),
            Only(
                "baseline_gbps > 0",
                Alert(
                    "BaselineNear",
                    f"rate({SENT}[5m]) * 8 / 1e9 > 0.75 * [[baseline_gbps]]",
                    OF_INTERFACE,
                    "{{ $labels.instance }}, {{ $labels.device }}: three quarters of the baseline "
                    "bandwidth are in use",
                    # At the baseline it sends 7.5e9 bytes a minute for each Gbps.
                    {SENT: "0+[[6 * baseline_gbps]]e9x40"},
                    {SENT: "0+[[5.25 * baseline_gbps]]e9x40"},
                ),
            ),
        ),
        manifests(
            "exporter.yaml",
            "node-exporter on every node, with the ENA driver's counters. A filter of the scrape "
            "has to keep node_ethtool_conntrack_allowance_available.",
            "curl a node's :9100/metrics shows node_ethtool_bw_out_allowance_exceeded.",
            ethtool_exporter(),
        ),
    ),
    metrics=tuple(
        Metric("CWAgent", f"ethtool_{name}_allowance_exceeded", "Sum")
        for name in ("bw_in", "bw_out", "pps", "linklocal")
    ),
    suggestions=(
        Suggestion(
            "service",
            "is_given(peak_gbps)",
            "Flows to it peak at {peak_gbps} Gbps together.",
        ),
    ),
)
