"""Parts of a resource by name: whose attachment it is, and what it leads to."""

import pytest

from advisor.models import User
from connectivity.health.reading.part_names import account_names, named, part_names
from connectivity.models import Resource
from tests.estate import health_finding

pytestmark = pytest.mark.django_db


def row(user: User, facts: object) -> Resource:
    resource = health_finding(user.team_id).resource  # in account 111122223333, "network"
    Resource.objects.filter(pk=resource.pk).update(facts=facts)
    resource.refresh_from_db()
    return resource


def test_an_attachment_is_what_it_leads_to_and_in_which_account(user: User) -> None:
    attachments = [
        {"id": "tgw-attach-1", "type": "vpc", "to": "vpc-1", "owner": "111122223333"},
        {"id": "tgw-attach-2", "type": "vpn", "to": "", "owner": "444455556666"},
        {"id": "tgw-attach-3"},
    ]
    resource = row(user, {"attachments": attachments, "created": None})
    names = part_names(resource, account_names(user.team_id))
    assert named("tgw-attach-1", names) == "vpc vpc-1 of network (tgw-attach-1)"
    assert named("tgw-attach-2", names) == "vpn of 444455556666 (tgw-attach-2)"
    assert named("tgw-attach-3", names) == "tgw-attach-3"
    assert named("us-east-1a", names) == "us-east-1a"


@pytest.mark.parametrize("facts", [{}, [], {"attachments": "x"}, {"attachments": [1, None]}])
def test_facts_of_another_form_have_no_names(user: User, facts: object) -> None:
    assert part_names(row(user, facts), {}) == {}
