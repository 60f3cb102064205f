"""Broken documents, each with a problem that must be named. Used at every door."""

import json
from copy import deepcopy
from typing import Any

from tests.factories import document, flow, vpc


def _changed(*path: Any, to: Any) -> bytes:
    changed = deepcopy(document())
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = to
    return json.dumps(changed).encode()


def _without(*path: Any) -> bytes:
    remaining: Any = deepcopy(document())
    target = remaining
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return json.dumps(remaining).encode()


def _nested(depth: int) -> bytes:
    return b'{"version": 1, "x-deep": ' + b"[" * depth + b"]" * depth + b"}"


_GOOD = json.dumps(document())
_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)

_ONE_AZ = vpc("one", "111111111111", "10.9.0.0/16", azs=["use1-az1"])

VPC, SERVICE, FLOW = ("vpcs", 0), ("services", 0), ("flows", 0)

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "document: is empty"),
    "blank": (b" \n\t", "document: is empty"),
    "an empty mapping": (b"{}", "flows: is required"),
    "a number": (b"7", "document: is the number 7, not a mapping"),
    "a list": (b"[]", "document: is a list, not a mapping"),
    "cut off": (_GOOD[:200].encode(), ": is not JSON here"),
    "bad YAML": (b"version: 1\n  name: x\n", "line 2, column 7: is not YAML here"),
    "two YAML documents": (b"a: 1\n---\nb: 2\n", "document: holds several YAML documents"),
    "a YAML tag": (b"name: !!python/name:os.system x\n", "line 1, column 7: has the tag"),
    "a YAML bomb": (_BOMB.encode(), "document: has more than 2,000,000 values"),
    "an alias of nothing": (b"name: *there\n", "line 1, column 7: refers to *there"),
    "a key that is a number": (b"1: x\n", "line 1, column 1: has the key 1, which is not text"),
    "repeated YAML keys": (b"name: x\nname: y\n", "name: is written twice"),
    "repeated JSON keys": (b'{"flows": [{"to": "a", "to": "b"}]}', "flows[0].to: is written twice"),
    "not UTF-8": (b'{"name": "caf\xe9"}', "document: is not UTF-8: byte 0xe9 at offset 13"),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), "document: is not UTF-8: byte 0xff at offset 0"),
    "a lone surrogate": (
        _GOOD.replace('"ordinary"', '"\\ud800"').encode(),
        "name: has the character U+D800, which cannot be stored",
    ),
    "a NUL": (
        _GOOD.replace('"ordinary"', '"a\\u0000b"').encode(),
        "name: has the character U+0000, which cannot be stored",
    ),
    "deep nesting": (_nested(40), "is nested deeper than 32 levels"),
    "very deep nesting": (_nested(200_000), "document: is nested deeper than 32 levels"),
    "deep YAML": (b"- " * 5000 + b"x", "is nested deeper than 32 levels"),
    "20 MB of junk": (b'{"x": "' + b"y" * 20_000_000, "body: has more than 16,777,216 bytes"),
    "NaN": (
        _GOOD.replace("1000", "NaN").encode(),
        "flows[0].gb_per_month: is nan; only finite numbers are allowed",
    ),
    "infinity": (
        _GOOD.replace("1000", "1e999").encode(),
        "flows[0].gb_per_month: is inf; only finite numbers are allowed",
    ),
    "a number of 5,000 digits": (
        _GOOD.replace("1000", "9" * 5000).encode(),
        "document: has a number of thousands of digits",
    ),
    "negative": (
        _changed(*FLOW, "gb_per_month", to=-1),
        "flows[0].gb_per_month: is the number -1; it cannot be less than 0",
    ),
    "too much": (
        _changed(*FLOW, "gb_per_month", to=10**30),
        "flows[0].gb_per_month: is the number 1e+30; it cannot be more than 1,000,000,000,000",
    ),
    "a share above 1": (
        _changed(*FLOW, "response_share", to=1.5),
        "flows[0].response_share: is the number 1.5; it cannot be more than 1",
    ),
    "a number as text": (
        _changed(*FLOW, "gb_per_month", to="1000"),
        "flows[0].gb_per_month: is the text '1000', not a number",
    ),
    "true as a number": (
        _changed(*FLOW, "gb_per_month", to=True),
        "flows[0].gb_per_month: is true, not a number",
    ),
    "another version": (
        _changed("version", to=2),
        "version: is the number 2; this release reads version 1",
    ),
    "an empty flow": (_changed("flows", 0, to={}), "flows[0].name: is required"),
    "an empty account beside others": (
        _changed("accounts", to=[*document()["accounts"], {}]),
        "accounts[2].id: is required",
    ),
    "a YAML number of 5,000 digits": (
        b"version: 0x" + b"f" * 5000,
        "version: is the text '0xffff",
    ),
    "a sexagesimal YAML number": (b"name: 1" + b":1" * 300 + b".5", "flows: is required"),
    "long YAML aliases": (
        b"x-s: &s '" + b"a" * 1_000_000 + b"'\nx-l: [" + b", ".join([b"*s"] * 100) + b"]",
        "document: has more than 67,108,864 characters",
    ),
    "a YAML tag on a mapping": (b"--- !!python/object:x {a: 1}", "has the tag"),
    "a surrogate in a key": (b'{"\\ud800": 1}', "has the character U+D800"),
    "too many connections": (
        json.dumps(document(flow(connections_per_second=1e8, connection_seconds=1e8))).encode(),
        "flows[0].connection_seconds: times connections_per_second makes 10,000,000,000,000,000 "
        "open connections, more than 1,000,000,000",
    ),
    "a CIDR without a length": (
        _changed(*VPC, "cidrs", to=["10.0.0.0"]),
        "vpcs[0].cidrs[0]: '10.0.0.0' is not a CIDR such as",
    ),
    "CIDRs of one VPC that overlap": (
        _changed(*VPC, "cidrs", to=["10.0.0.0/16", "10.0.4.0/24"]),
        "vpcs[0].cidrs[1]: 10.0.4.0/24 overlaps 10.0.0.0/16 of the same VPC",
    ),
    "the right index beside a wrong one": (
        _changed(*VPC, "cidrs", to=[5, "10.0.0.1/16"]),
        "vpcs[0].cidrs[1]: '10.0.0.1/16' is not a CIDR",
    ),
    "AZ IDs of other digits": (
        _changed(*VPC, "azs", to=["use1-az\uff11"]),
        "vpcs[0].azs[0]: 'use1-az\uff11' is not an AZ ID",
    ),
    "a peering of nothing": (
        _changed("connections", to=[{"kind": "peering", "id": "pcx-1"}]),
        "connections[0].between: is required",
    ),
    "a policy with a slip": (
        json.dumps(
            document(
                vpcs=[vpc | {"environment": "prod"} for vpc in document()["vpcs"]],
                policies=[{"forbid": "privatelink", "between": ["prod", "prdo"]}],
            )
        ).encode(),
        "policies[0].between[1]: no VPC has the environment 'prdo'; did you mean 'prod'?",
    ),
    "no version": (_without("version"), "version: is required"),
    "no flows": (_changed("flows", to=[]), "flows: is an empty list; at least one is needed"),
    "flows as a mapping": (_changed("flows", to={}), "flows: is a mapping, not a list"),
    "a flow as text": (_changed("flows", 0, to="f"), "flows[0]: is the text 'f', not a mapping"),
    "an unknown key": (
        _changed(*FLOW, "gb_per_mont", to=1),
        "flows[0].gb_per_mont: is not a known key; did you mean 'gb_per_month'?",
    ),
    "an account that is a number": (
        _changed("accounts", 0, "id", to=111111111111),
        "accounts[0].id: is the number 111111111111, not text; write its 12 digits in quotes",
    ),
    "the same account twice": (
        _changed("accounts", 1, "id", to="111111111111"),
        "accounts[1].id: '111111111111' is in the list already; names are unique",
    ),
    "a service with a VPC's name": (
        _changed(*SERVICE, "name", to="orders"),
        "services[0].name: 'orders' is the name of a VPC; a service needs a different name",
    ),
    "a flow to nothing": (
        _changed(*FLOW, "to", to="apj"),
        "flows[0].to: no service or VPC is called 'apj'; did you mean 'api'?",
    ),
    "a flow from nothing": (
        _changed(*FLOW, "from", to="client"),
        "flows[0].from: no VPC is called 'client'; did you mean 'clients'?",
    ),
    "a flow to itself": (
        _changed(*FLOW, "from", to="orders"),
        "flows[0].from: 'orders' is the VPC that the flow goes to; give another one",
    ),
    "an account nobody knows": (
        _changed(*VPC, "account", to="333333333333"),
        "vpcs[0].account: no account is called '333333333333'",
    ),
    "an AZ name": (
        _changed(*VPC, "azs", to=["us-east-1a"]),
        "vpcs[0].azs[0]: 'us-east-1a' is an AZ name, which means another AZ in every account",
    ),
    "an AZ of another Region": (
        _changed(*VPC, "azs", to=["usw2-az1"]),
        "vpcs[0].azs[0]: 'usw2-az1' is in us-west-2, not in us-east-1",
    ),
    "a Local Zone": (
        _changed(*VPC, "azs", to=["use1-bos1-az1"]),
        "vpcs[0].azs[0]: 'use1-bos1-az1' is a Local Zone or a Wavelength Zone",
    ),
    "the name of a Local Zone": (
        _changed(*VPC, "azs", to=["us-east-1-bos-1a"]),
        "vpcs[0].azs[0]: 'us-east-1-bos-1a' is a Local Zone or a Wavelength Zone",
    ),
    "no AZ at all": (_changed(*VPC, "azs", to=["one"]), "vpcs[0].azs[0]: 'one' is not an AZ ID"),
    "a service outside its VPC": (
        _changed(*SERVICE, "azs", to=["use1-az6"]),
        "services[0].azs[0]: 'use1-az6' is not an AZ of VPC 'orders'",
    ),
    "a Region nobody knows": (
        _changed(*VPC, "region", to="us-east-11"),
        "vpcs[0].region: is 'us-east-11'; did you mean 'us-east-1'?",
    ),
    "host bits": (
        _changed(*VPC, "cidrs", to=["10.0.0.1/16"]),
        "vpcs[0].cidrs[0]: '10.0.0.1/16' is not a CIDR: has host bits set; "
        "the network is 10.0.0.0/16",
    ),
    "no CIDR": (_changed(*VPC, "cidrs", to=["ten"]), "vpcs[0].cidrs[0]: 'ten' is not a CIDR"),
    "a protocol nobody knows": (
        _changed(*SERVICE, "protocol", to="sctp"),
        "services[0].protocol: is 'sctp'",
    ),
    "a need nobody knows": (
        _changed(*FLOW, "needs", to=["client_ip"]),
        "flows[0].needs[0]: is 'client_ip'; did you mean 'client-ip'?",
    ),
    "an option nobody knows": (
        _changed(*FLOW, "options", to=["peering"]),
        "flows[0].options[0]: is 'peering'; did you mean 'vpc-peering'?",
    ),
    "one name for two flows of which one comes from a list": (
        json.dumps(document(flow(), flow(**{"from": ["clients"]}))).encode(),
        "flows[1].name: 'f' is in the list already; names are unique",
    ),
    "crossing that cannot be": (
        json.dumps(
            document(
                flow(cross_az_share=0.5),
                vpcs=[
                    document()["vpcs"][0] | {"azs": ["use1-az1"]},
                    document()["vpcs"][1] | {"azs": ["use1-az2"]},
                ],
            )
        ).encode(),
        "flows[0].cross_az_share: is 0.5, but 'clients' and 'api' have no AZ in common: all "
        "traffic is cross-AZ, so leave it out or write 1",
    ),
    "crossing inside one AZ": (
        json.dumps(
            document(
                flow(cross_az_share=0.01),
                vpcs=[vpc | {"azs": ["use1-az1"]} for vpc in document()["vpcs"]],
            )
        ).encode(),
        "flows[0].cross_az_share: is 0.01, but 'clients' and 'api' are in the same AZ: no "
        "traffic is cross-AZ, "
        "so leave it out or write 0",
    ),
    "crossing that one of several consumers cannot have": (
        json.dumps(
            document(
                flow(cross_az_share=0.5, **{"from": ["clients", "one"]}),
                vpcs=[*document()["vpcs"], _ONE_AZ],
                services=[document()["services"][0] | {"azs": ["use1-az1"]}],
            )
        ).encode(),
        "flows[0].cross_az_share: is 0.5, but 'one' and 'api' are in the same AZ: no traffic is "
        "cross-AZ, so "
        "leave it out, or give 'one' an entry of its own",
    ),
    "an account id of eleven digits": (
        _changed("accounts", 0, "id", to="11111111111"),
        "accounts[0].id: is '11111111111'; an AWS account id has 12 digits: without quotes YAML",
    ),
    "an account id without quotes": (
        _GOOD.replace('"id": "111111111111"', '"id": 011111111111').encode(),
        "accounts[0].id: is the number 1227133513, not text; write its 12 digits in quotes",
    ),
}

OVER_HTTP_ONLY = {"20 MB of junk"}
