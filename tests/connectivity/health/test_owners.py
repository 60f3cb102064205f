"""Who is asked about a resource: its tags, as discovery keeps them, else its account."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from advisor.management.commands.collect_health import register
from advisor.models import User
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.kinds.instance import NODES
from connectivity.core.health.resource import tags_of
from connectivity.core.problems import DocumentRefused
from connectivity.health.accounts.aws_accounts import GLOBAL_REGION, Wish, change_account
from connectivity.health.owners import USUAL, owner_keys, owner_of, set_owner_keys
from connectivity.health.reading.as_json import resource_json
from connectivity.health.rounds import scheduling
from connectivity.models import AwsAccount, Collection, Resource
from tests.estate import Aws, nat_gateways, watched

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"


@pytest.fixture
def aws() -> Aws:
    """A gateway with tags."""
    aws = Aws()
    nat_gateways(aws, ACCOUNT)
    tag(aws, team="edge", cost="42")
    return aws


def tag(aws: Aws, **tags: str) -> None:
    (gateway,) = aws.found[ACCOUNT]["DescribeNatGateways"]["NatGateways"]
    gateway["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.fixture
def resource(user: User, aws: Aws) -> Resource:
    """The gateway as discovery found it."""
    watched(user.team_id)
    scheduling.run_all(user.team_id, aws.asking)
    return Resource.objects.get()


def test_discovery_keeps_tags_and_reads_the_owner(user: User, resource: Resource) -> None:
    assert resource.tags == {"team": "edge", "cost": "42"}
    assert resource.responsible == "edge"
    assert resource_json(resource)["owner"] == "edge"


def test_another_tag_is_another_owner_from_the_next_discovery(
    user: User, aws: Aws, resource: Resource
) -> None:
    tag(aws, team="core")
    scheduling.run_all(user.team_id, aws.asking)
    resource.refresh_from_db()
    assert (resource.tags, resource.tagged_owner) == ({"team": "core"}, "core")


BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/b{}/1"
ACCELERATOR = "arn:aws:globalaccelerator::111122223333:accelerator/1"


def balancers(aws: Aws, count: int) -> list[int]:
    """Network Load Balancers, an accelerator, and the tags of each; how many are asked at once."""
    asked: list[int] = []

    def tags(ResourceArns: list[str]) -> dict[str, Any]:
        asked.append(len(ResourceArns))
        return {
            "TagDescriptions": [
                {"ResourceArn": arn, "Tags": [{"Key": "Owner", "Value": arn.split("/")[2]}]}
                for arn in ResourceArns
            ]
        }

    aws.found[ACCOUNT] |= {
        "DescribeLoadBalancers": {
            "LoadBalancers": [
                {"LoadBalancerArn": BALANCER.format(i), "LoadBalancerName": f"b{i}",
                 "Type": "network"}
                for i in range(count)
            ]
        },
        "DescribeTags": tags,
        "ListAccelerators": {"Accelerators": [{"AcceleratorArn": ACCELERATOR, "Name": "front"}]},
        "ListTagsForResource": {"Tags": [{"Key": "team", "Value": "edge"}]},
    }  # fmt: skip
    return asked


def by_name(user: User, aws: Aws) -> dict[str, str]:
    outcome = scheduling.run_all(user.team_id, aws.asking)
    assert outcome.problem == ""
    rows = Resource.objects.exclude(kind="nat-gateway").filter(gone_at=None)
    return dict(rows.values_list("name", "tagged_owner"))


def watched_globally(user: User) -> None:
    account = watched(user.team_id)
    change_account(account, Wish(ACCOUNT, "", ("us-east-1", GLOBAL_REGION), account.role_arn))


def test_tags_that_are_calls_of_their_own_are_asked_for_twenty_at_a_time(
    user: User, aws: Aws
) -> None:
    watched(user.team_id)
    asked = balancers(aws, 45)
    owners = by_name(user, aws)
    assert owners == {f"b{i}": f"b{i}" for i in range(45)}
    assert asked == [20, 20, 5]


def test_who_may_not_read_tags_reads_the_rest_and_keeps_what_was_known(
    user: User, aws: Aws
) -> None:
    watched_globally(user)
    balancers(aws, 2)
    owners = by_name(user, aws)
    assert owners == {"b0": "b0", "b1": "b1", "front": "edge"}
    balancers(aws, 3)
    aws.denied[ACCOUNT] = {"DescribeTags", "ListTagsForResource"}
    assert by_name(user, aws) == owners | {"b2": ""}
    lines = Collection.objects.filter(task="discover")
    refused = {action for line in lines for action in line.refused}
    assert refused == {"elasticloadbalancing:DescribeTags", "globalaccelerator:ListTagsForResource"}
    assert {line.problem for line in lines} == {""}


def test_labels_of_a_node_name_its_owner() -> None:
    labels = {"instance": "10.0.0.1:9100", "nodename": "web", "team": "shop"}
    (node,) = KINDS["instance"].read({NODES: [{"metric": labels}]}, "prometheus", "")
    assert owner_of(node.tags or {}, USUAL) == "shop"


def test_a_contact_is_kept_checked_and_ends_no_pause(user: User, resource: Resource) -> None:
    account = resource.account
    assert account is not None
    paused = timezone.now() + timedelta(hours=1)
    AwsAccount.objects.update(paused_until=paused, failures=3)
    account.refresh_from_db()
    wish = Wish(ACCOUNT, "", tuple(account.regions), account.role_arn, contact="net")
    change_account(account, wish)
    account.refresh_from_db()
    assert (account.contact, account.paused_until, account.failures) == ("net", paused, 3)
    with pytest.raises(DocumentRefused) as refusal:
        change_account(account, wish._replace(contact="x" * 101))
    assert [place for place, _ in refusal.value.problems] == ["contact"]


def test_a_list_of_accounts_says_who_owns_them(user: User) -> None:
    entry = {"account": ACCOUNT, "regions": ["eu-west-1"], "contact": "network team"}
    register(user.team_id, [entry])
    assert AwsAccount.objects.get().contact == "network team"


def test_a_team_names_other_tags_also_for_what_is_found(user: User, resource: Resource) -> None:
    set_owner_keys(user.team_id, ["squad", "cost"])
    resource.refresh_from_db()
    assert (owner_keys(user.team_id), resource.responsible) == (("squad", "cost"), "42")
    set_owner_keys(user.team_id, [])
    AwsAccount.objects.update(contact="network@example.com")
    resource = Resource.objects.get()
    assert resource.responsible == "network@example.com"
    with pytest.raises(DocumentRefused, match="at most 10"):
        set_owner_keys(user.team_id, [str(number) for number in range(11)])
    with pytest.raises(DocumentRefused, match="is no tag key"):
        set_owner_keys(user.team_id, ["x" * 129])


def test_tags_are_bounded_and_the_first_that_says_something_counts() -> None:
    tags = [{"Key": f"{number:0200}", "Value": "v" * 300} for number in range(60)]
    kept = tags_of({"Tags": tags})
    assert len(kept) <= 50
    assert {(len(key), len(value)) for key, value in kept.items()} == {(128, 256)}
    assert owner_of({"Owner": " ", "team": " edge "}, ("Owner", "team")) == "edge"
    assert owner_of({"owner": "x"}, ("Owner",)) == ""
