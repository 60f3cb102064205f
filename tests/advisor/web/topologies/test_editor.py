"""The editor: tables, problems at their cells, bulk, paste, conflicts, undo."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advisor.models import User
from connectivity.actions import create_topology, save_topology
from connectivity.models import Topology, TopologyVersion
from tests.factories import account, document, flow, vpc
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def uid(user: User) -> UUID:
    topology = document(*(flow(name=f"f{i}", gb_per_month=i * 100) for i in range(1, 121)))
    return create_topology(user.team_id, topology).topology.uid


def newest(uid: UUID) -> TopologyVersion:
    return Topology.objects.get(uid=uid).versions.all()[0]


def edit(client: Client, uid: UUID, **values: Any) -> Any:
    form = {"table": "flows", "version": "1"} | values
    return client.post(reverse("editor", args=[uid]), form)


def test_a_page_shows_the_rows_that_the_filter_finds(signed_in: Client, uid: UUID) -> None:
    page = signed_in.get(reverse("editor", args=[uid]))
    assert len(page.context["sheet"].page) == 50
    assert 'name="0.gb_per_month" value="100"' in text_of(page)
    page = signed_in.get(reverse("editor", args=[uid]), {"q": "f12"})
    assert [row["name"] for _, row in page.context["sheet"].page] == ["f12", "f120"]
    assert 'name="11.gb_per_month"' in text_of(page)
    assert "Peak, Gbps" not in text_of(page).split("</thead>")[0]
    page = signed_in.get(reverse("editor", args=[uid]), {"all": "on"})
    assert "Peak, Gbps" in text_of(page).split("</thead>")[0]


@pytest.mark.parametrize("table", ["general", "accounts", "vpcs", "services", "policies"])
def test_every_table_has_a_page(signed_in: Client, uid: UUID, table: str) -> None:
    assert signed_in.get(reverse("editor", args=[uid]), {"table": table}).status_code == 200


def test_what_is_no_table_is_not_found(signed_in: Client, uid: UUID) -> None:
    assert signed_in.get(reverse("editor", args=[uid]), {"table": "nothing"}).status_code == 404


def test_a_save_is_a_version_with_its_author_and_can_be_undone(
    signed_in: Client, uid: UUID, user: User
) -> None:
    new = {"new0.name": "added", "new0.from": "clients", "new0.to": "api"}
    edit(signed_in, uid, **{"3.gb_per_month": "7,000"}, **new, **{"new0.gb_per_month": "5"})
    version = newest(uid)
    flows = version.document["flows"]
    assert (version.number, version.author) == (2, user)
    assert (flows[3]["gb_per_month"], flows[-1]["name"], len(flows)) == (7000, "added", 121)
    page = text_of(signed_in.get(reverse("editor", args=[uid])))
    assert "Version 2 is saved" in page
    signed_in.post(reverse("version-restore", args=[uid, 1]), {"expected": "2"})
    assert newest(uid).number == 3
    assert newest(uid).sha256 == Topology.objects.get(uid=uid).versions.get(number=1).sha256


def test_rows_can_be_taken_away(signed_in: Client, uid: UUID) -> None:
    edit(signed_in, uid, removed=["0", "1"])
    assert newest(uid).document["flows"][0]["name"] == "f3"


def test_nothing_changed_makes_no_version(signed_in: Client, uid: UUID) -> None:
    page = edit(signed_in, uid, **{"0.name": "f1", "0.gb_per_month": "100", "new0.name": ""})
    assert page.status_code == 302
    assert newest(uid).number == 1


def test_problems_stand_at_their_cells_and_what_was_typed_stays(
    signed_in: Client, uid: UUID
) -> None:
    typed = {"0.to": "apy", "1.gb_per_month": "lots", "removed": ["2"]}
    typed |= {"new0.name": "f1", "new0.from": "clients"}
    page = edit(signed_in, uid, **typed)
    text = text_of(page)
    rows = {row.id: row for row in page.context["sheet"].rows}
    problems = {c.column.key: c.problem for c in rows["0"].cells if c.problem}
    assert "did you mean 'api'?" in problems["to"]
    texts = {c.column.key: c.problem for c in rows["1"].cells}
    assert texts["gb_per_month"] == "is the text 'lots', not a number"
    added = {c.column.key: c.problem for c in rows["new0"].cells}
    assert "is in the list already" in added["name"]
    assert added["to"] == "is required"
    assert 'value="lots"' in text
    assert rows["2"].is_removed
    assert newest(uid).number == 1


def test_the_check_answers_for_the_row_that_is_typed_in(signed_in: Client, uid: UUID) -> None:
    shown = "name,from,to,gb_per_month"
    values = {"table": "flows", "version": "1", "here": "0", "shown": shown, "0.to": "apy"}
    text = text_of(signed_in.post(reverse("editor-check", args=[uid]), values))
    assert 'id="p-0-to" hx-swap-oob="true">no service or VPC is called' in text
    assert "1 problem: it cannot be saved yet" in text
    values |= {"0.to": "api", "0.peak_gbps": "much"}
    text = text_of(signed_in.post(reverse("editor-check", args=[uid]), values))
    assert "peak_gbps is the text &#x27;much&#x27;, not a number" in text
    assert newest(uid).number == 1


def test_many_rows_at_once(signed_in: Client, uid: UUID) -> None:
    values = {"table": "flows", "version": "1", "q": "f11", "column": "response_share"}
    signed_in.post(reverse("editor-bulk", args=[uid]), values | {"value": "0.25"})
    shares = [row.get("response_share") for row in newest(uid).document["flows"]]
    assert shares.count(0.25) == 11
    page = signed_in.post(
        reverse("editor-bulk", args=[uid]), values | {"version": "2", "value": "9"}, follow=True
    )
    assert "Nothing was changed. row 11 (f11) response_share: " in text_of(page)
    assert newest(uid).number == 2


def test_a_spreadsheet_is_pasted(signed_in: Client, uid: UUID) -> None:
    text = "name\tgb_per_month\nf1\t1\nf2\t2\n"
    form = {"table": "flows", "version": "1", "text": text}
    signed_in.post(reverse("editor-paste", args=[uid]), form)
    flows = newest(uid).document["flows"]
    assert [row["gb_per_month"] for row in flows[:3]] == [1, 2, 300]
    page = signed_in.post(reverse("editor-paste", args=[uid]), form | {"text": "nam\nx"})
    assert "did you mean &#x27;name&#x27;?" in text_of(page)


def test_a_conflict_is_said_and_nothing_is_lost(signed_in: Client, uid: UUID, user: User) -> None:
    other = newest(uid).document | {"name": "by somebody else"}
    save_topology(user.team_id, uid, other)
    page = edit(signed_in, uid, **{"0.gb_per_month": "42"})
    text = text_of(page)
    assert "version 2 was saved in the meantime" in text
    assert 'name="0.gb_per_month" value="42"' in text
    edit(signed_in, uid, **{"0.gb_per_month": "42", "0.to": "api", "onto": "2"})
    assert newest(uid).document["name"] == "by somebody else"
    assert newest(uid).document["flows"][0]["gb_per_month"] == 42


def test_a_table_leaves_as_csv(signed_in: Client, uid: UUID) -> None:
    lines = text_of(signed_in.get(reverse("editor-csv", args=[uid]))).splitlines()
    assert lines[0].startswith("name,from,to,gb_per_month,")
    assert lines[1].startswith("f1,clients,api,100,")


def test_two_versions_side_by_side(signed_in: Client, uid: UUID, user: User) -> None:
    topology = document(flow(gb_per_month=102400, cross_az_share=1))
    topology["vpcs"][1]["cidrs"] = ["10.0.128.0/17"]
    save_topology(user.team_id, uid, topology)
    page = signed_in.get(reverse("version-changes", args=[uid]))
    changes = page.context["changes"]
    assert (changes.before.number, changes.after.number) == (1, 2)
    assert ("VPCs", "orders", "changed") in [(r.table, r.name, r.kind) for r in changes.rows]
    peering = next(option for option in changes.options if option.name == "VPC peering")
    assert peering.words == ("Feasible", "Not feasible")
    assert any("PEER-03, hard" in text for text in peering.gained)
    assert "Feasible → Not feasible" in text_of(page)
    assert signed_in.get(reverse("version-changes", args=[uid]), {"from": "9"}).status_code == 404


def test_a_scenario_is_a_copy_that_knows_where_it_comes_from(
    signed_in: Client, uid: UUID, user: User
) -> None:
    signed_in.post(reverse("make-scenario", args=[uid]), {"name": "twice the traffic"})
    scenario = Topology.objects.get(name="twice the traffic")
    assert scenario.scenario_of is not None
    assert scenario.scenario_of.uid == uid
    assert "twice the traffic" in text_of(signed_in.get(reverse("versions", args=[uid])))


def test_restoring_over_somebody_elses_version_is_a_conflict(
    signed_in: Client, uid: UUID, user: User
) -> None:
    for name in ("two", "three"):
        save_topology(user.team_id, uid, newest(uid).document | {"name": name})
    url = reverse("version-restore", args=[uid, 1])
    page = signed_in.post(url, {"expected": "2"}, follow=True)
    assert "Not restored: version 3 was saved after version 2" in text_of(page)
    assert newest(uid).number == 3


def estate(vpcs: int, flows: int) -> dict[str, Any]:
    owner = "111111111111"
    listed_vpcs = [vpc(f"v{i}", owner, f"10.{i // 256}.{i % 256}.0/24") for i in range(vpcs)]
    pairs = ((i % vpcs, (i * 7 + 1 + i // vpcs) % vpcs) for i in range(flows * 2))
    ends = [(a, b) for a, b in pairs if a != b][:flows]
    listed_flows = [
        flow(name=f"f{i}", **{"from": f"v{a}", "to": f"v{b}"}) for i, (a, b) in enumerate(ends)
    ]
    return document(*listed_flows, accounts=[account(owner)], vpcs=listed_vpcs, services=[])


def queries(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code in {200, 302}
    return len(captured)


def test_300_vpcs_and_5000_flows_take_as_many_queries_as_two_and_one(
    signed_in: Client, user: User
) -> None:
    counts: list[list[int]] = []
    warm = create_topology(user.team_id, estate(3, 2)).topology.uid
    signed_in.get(reverse("topology", args=[warm]))  # prices and latencies are in memory
    for topology in (estate(2, 1), estate(300, 5_000)):
        uid = create_topology(user.team_id, topology).topology.uid
        url, name = reverse("editor", args=[uid]), {"table": "flows", "version": "1"}
        page = partial(signed_in.get, url)
        check = partial(
            signed_in.post, reverse("editor-check", args=[uid]), name | {"here": "0", "0.to": "v9"}
        )
        save = partial(signed_in.post, url, name | {"0.gb_per_month": "5"})
        compare = partial(signed_in.get, reverse("topology", args=[uid]))
        counts.append([queries(ask) for ask in (page, check, save, compare)])
    assert counts[0] == counts[1]
    assert counts[0][0] == 4  # session, user, membership, version


def test_saving_on_top_touches_the_rows_that_were_meant(
    signed_in: Client, uid: UUID, user: User
) -> None:
    """Somebody took f1 away and changed f3; ticking f2 away and changing f3's share keeps both."""
    flows = newest(uid).document["flows"]
    changed = [row | {"gb_per_month": 7} if row["name"] == "f3" else row for row in flows[1:]]
    save_topology(user.team_id, uid, newest(uid).document | {"flows": changed})
    typed = {"removed": ["1"], "2.response_share": "0.2", "2.gb_per_month": "300"}
    edit(signed_in, uid, **typed, onto="2")
    after = {row["name"]: row for row in newest(uid).document["flows"]}
    assert not {"f1", "f2"} & set(after)
    assert (after["f3"]["gb_per_month"], after["f3"]["response_share"]) == (7, 0.2)
    page = edit(signed_in, uid, **{"0.gb_per_month": "9"}, onto="3")
    assert "Flows, row 1: was changed, renamed or removed meanwhile" in text_of(page)


@pytest.mark.parametrize(
    "values",
    [
        {"0.name": "[1]"}, {"0.name": "{}"}, {"new0.name": '["a"]'}, {"0.from": "[" * 100_000},
        {"removed": "9" * 5_000}, {"table": "general", "removed": "0"}, {"0.more": "[1]"},
        {"table": "accounts", "0.id": "[]"}, {"99999.name": "x"}, {"0.gb_per_month": "[NaN]"},
    ],
)  # fmt: skip
def test_whatever_is_typed_gets_an_answer(
    signed_in: Client, uid: UUID, values: dict[str, str]
) -> None:
    assert edit(signed_in, uid, **values).status_code in {200, 302}
    check = reverse("editor-check", args=[uid])
    form = {"table": "flows", "version": "1", "here": "0", "shown": "name"} | values
    assert signed_in.post(check, form).status_code == 200


@pytest.mark.parametrize("text", ["name\n" + "x" * 200_000, "name\rf1\rf2", '"name\n', "a\x00b"])
def test_whatever_is_pasted_gets_an_answer(signed_in: Client, uid: UUID, text: str) -> None:
    form = {"table": "flows", "version": "1", "text": text}
    assert signed_in.post(reverse("editor-paste", args=[uid]), form).status_code in {200, 302}


def test_a_scenario_needs_a_name_that_can_be_one(signed_in: Client, uid: UUID) -> None:
    long = {"name": "x" * 250}
    page = signed_in.post(reverse("make-scenario", args=[uid]), long, follow=True)
    assert "No scenario was created" in text_of(page)


def test_what_is_not_seen_is_no_part_of_a_scenarios_name(signed_in: Client, uid: UUID) -> None:
    bell = {"name": "a\x07b"}
    page = signed_in.post(reverse("make-scenario", args=[uid]), bell, follow=True)
    assert "The scenario ab is created" in text_of(page)


def test_names_of_the_document_are_offered(signed_in: Client, uid: UUID) -> None:
    text = text_of(signed_in.get(reverse("editor", args=[uid])))
    assert '<datalist id="of-to"><option value="api"><option value="clients">' in text
    assert 'name="0.to" value="api"' in text


def test_shares_may_be_written_in_per_cent(signed_in: Client, uid: UUID) -> None:
    edit(signed_in, uid, **{"0.response_share": "80 %"})
    assert newest(uid).document["flows"][0]["response_share"] == 0.8


def test_a_problem_of_a_paste_names_the_line(signed_in: Client, uid: UUID) -> None:
    text = "name\tresponse_share\nf3\t0.1\nf9\t0,5\n"
    form = {"table": "flows", "version": "1", "text": text}
    page = text_of(signed_in.post(reverse("editor-paste", args=[uid]), form))
    assert "<code>line 3 (f9) response_share</code>" in page
