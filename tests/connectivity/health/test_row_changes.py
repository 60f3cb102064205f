"""Many changed rows: one short statement, and nothing that did not change."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisor.models import User
from connectivity.health import row_changes
from connectivity.health.judging.judgement import judge_region
from connectivity.health.row_changes import store_changes
from connectivity.models import Collection, Resource
from tests.estate import NOW, watched

pytestmark = pytest.mark.django_db


def resources(user: User, count: int) -> list[Resource]:
    account = watched(user.team_id)
    row = {"team_id": user.team_id, "account": account, "region": "us-east-1", "kind": "nlb"}
    facts: dict[str, Any] = {
        "groups": [],
        "azs": [],
        "listeners": [],
        "created": None,
        "is_crossing": False,
    }
    return Resource.objects.bulk_create(
        Resource(**row, aws_id=f"nlb-{i}", key=f"nlb-{i}", name=f"nlb {i}", facts=facts)
        for i in range(count)
    )


def written(rows: Sequence[Resource]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        store_changes(rows, ["why", "verdicts", "usd"])
    return [query["sql"].partition("times: ")[2] for query in queries]


def test_a_statement_is_as_long_for_many_rows_as_for_few(user: User) -> None:
    rows = resources(user, 120)
    assert written(rows) == written(rows[:2])
    assert len(written(rows)) == 1


def test_every_row_gets_its_own_values_and_keeps_the_others(user: User) -> None:
    rows = resources(user, 3)
    for number, row in enumerate(rows):
        row.why, row.usd, row.verdicts = f"why {number}", None, [{"rule": f"R-{number}"}]
        row.name = "not to be written"
    store_changes(rows, ["why", "verdicts", "usd"])
    stored = Resource.objects.order_by("pk").values_list("name", "why", "verdicts", "usd")
    assert list(stored) == [
        (f"nlb {number}", f"why {number}", [{"rule": f"R-{number}"}], None) for number in range(3)
    ]


def test_a_row_that_has_gone_meanwhile_stays_gone(user: User) -> None:
    rows = resources(user, 2)
    Resource.objects.filter(pk=rows[0].pk).delete()
    store_changes(rows, ["why"])
    assert list(Resource.objects.values_list("pk", flat=True)) == [rows[1].pk]


def test_a_name_that_is_no_field_is_refused_and_not_left_out(user: User) -> None:
    rows = resources(user, 1)
    rows[0].why = "new"
    with pytest.raises(FieldDoesNotExist):
        store_changes(rows, ["why", "wyh"])
    assert Resource.objects.get().why != "new"


@pytest.mark.django_db(transaction=True)
def test_all_of_it_is_written_or_nothing(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_changes, "AT_A_TIME", 1)
    rows = resources(user, 2)
    rows[0].usd, rows[1].usd = Decimal(5), "no number"  # type: ignore[assignment]
    with pytest.raises(ValidationError):
        store_changes(rows, ["usd"])
    assert set(Resource.objects.values_list("usd", flat=True)) == {None}


def test_what_a_round_leaves_as_it_was_is_not_written(user: User) -> None:
    resources(user, 3)
    line = Collection.objects.filter(region="us-east-1").first()
    assert line is not None
    judge_region(line, NOW)
    judge_region(line, NOW + 900)  # knows since when
    with CaptureQueriesContext(connection) as queries:
        judge_region(line, NOW + 1_800)
    assert [each["sql"] for each in queries if "UPDATE connectivity_res" in each["sql"]] == []
    Resource.objects.update(why="something else")
    judge_region(line, NOW + 2_700)
    assert not Resource.objects.filter(why="something else").exists()
