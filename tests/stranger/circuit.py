"""A throw-away kind of watched resource: a circuit of the throw-away option."""

from collections.abc import Iterator

from connectivity.core.health.evaluation import HealthRule, Missing, Saves, Severity, Way, Whose
from connectivity.core.health.resource import Describe, Estate, Resource, Said
from connectivity.core.health.resource_type import ConfigurationRule, Kind, Role, Usage, Use, Wanted
from costmodel.core.units import HOURS_PER_MONTH
from tests.stranger.leased_line import OPTION, PORT, SENT

KEY = "circuit"
GB = 2**30


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    for circuit in answers["DescribeConnections"]:
        id = circuit["connectionId"]
        facts = {"created": None, "is_lit": circuit["connectionState"] == "available"}
        yield Resource(KEY, id, circuit["connectionName"], account, region, id, facts)


def uses(circuit: Resource, usage: Usage) -> Iterator[Use]:
    sent = usage.get("BytesSent")
    yield Use("Hours of three ports", PORT, 3 * HOURS_PER_MONTH)
    yield Use("Light", SENT, None if sent is None else sent / GB, role=Role.TRAFFIC)


def _dark(circuit: Resource, estate: Estate) -> str:
    return "" if circuit.facts["is_lit"] else "nobody has lit it"


KIND = Kind(
    key=KEY,
    one="leased circuit",
    many="Leased circuits",
    namespace="AWS/DX",
    identity="ConnectionId",
    calls=(Describe("directconnect", "DescribeConnections", "connections"),),
    read=read,
    rules=(
        HealthRule(
            id="DX-DOWN",
            kind=KEY,
            metric="ConnectionState",
            statistic="Maximum",
            period=60,
            way=Way.BELOW,
            threshold=1,
            n=3,
            m=3,
            severity=Severity.CRITICAL,
            missing=Missing.UNKNOWN,
            whose=Whose.OURS,
            source="made up",
            means="The circuit is down.",
            steps=("Call the partner.",),
            effect="Light comes through again.",
        ),
    ),
    configuration=(
        ConfigurationRule(
            id="DX-DARK",
            kind=KEY,
            severity=Severity.WARNING,
            whose=Whose.OURS,
            source="made up",
            means="The circuit is leased and dark.",
            steps=("End the lease.",),
            effect=Saves.WHOLE_COST,
            check=_dark,
        ),
    ),
    wanted=(Wanted("BytesSent"),),
    uses=uses,
    part_of=OPTION.key,
)
