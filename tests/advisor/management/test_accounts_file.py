"""The list of accounts of `collect_health --accounts`: all of it, or nothing."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from advisor.models import User
from connectivity.models import AwsAccount

pytestmark = pytest.mark.django_db
GOOD = '{account: "222233334444", regions: [us-east-1]}'


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ('{account: "bad", regions: [us-east-1]}', "accounts[1].account: 'bad' is not a 12-digit"),
        (GOOD, "222233334444 stands there twice"),
        ("{account: 022233334466, regions: [us-east-1]}", "write it in quotes"),
        ('{account: "１２３４５６７８９０１２", regions: [us-east-1]}', "a 12-digit account ID"),
        (
            '{account: "222233334445", regions: [us-east-1], name: {a: 1}}',
            "accounts[1].name: is no",
        ),
        ('{account: "222233334445", regions: [mars]}', "accounts[1].regions: 'mars' is not"),
        ('{account: "222233334445", regions: [us-east-1], name: "a\\nb"}', "visible characters"),
        ('{account: "222233334445", regions: [us-east-1], name: a, name: b}', "is written twice"),
        ('{account: "222233334445", region: [us-east-1]}', "accounts[1]: needs account and reg"),
        ('{account: "222233334445", regions: [us-east-1], role: x}', "accounts[1]: has no field"),
        ('{account: "222233334445", regions: [[us-east-1]]}', "accounts[1].regions: is not a list"),
        (f'{{account: "222233334445", regions: [{"us-east-1, " * 101}]}}', "names 101; AWS has"),
        (f'{{account: "222233334445", regions: [{"x" * 5_000}]}}', f"{'x' * 100}' is not a known"),
    ],
)
def test_a_file_with_a_problem_stores_nothing(
    user: User, tmp_path: Path, second: str, words: str
) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(f"- {GOOD}\n- {second}\n", encoding="utf-8")
    problems = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("collect_health", accounts=str(file), stderr=problems, stdout=StringIO())
    assert words in problems.getvalue()
    assert not AwsAccount.objects.exists()


def test_a_file_of_wrong_accounts_is_refused_in_a_hundred_lines(user: User, tmp_path: Path) -> None:
    for count, last in ((500, "401 more are not listed"), (10_001, "at most 10,000 are read")):
        file = tmp_path / "accounts.json"
        wrong = [{"account": f"{number:012}", "regions": ["mars"]} for number in range(count)]
        file.write_text(json.dumps(wrong))
        problems = StringIO()
        with pytest.raises(SystemExit, match="2"):
            call_command("collect_health", accounts=str(file), stderr=problems, stdout=StringIO())
        lines = problems.getvalue().splitlines()
        assert last in lines[-1]
        assert len(lines) <= 100
    assert not AwsAccount.objects.exists()
