"""A plan handed over at the command line."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from connectivity.reference import REFERENCE
from tests.factories import document, flow, vpc
from tests.handed_over import require_sound

pytestmark = pytest.mark.django_db


def hand_over(file: Path, out: Path, *more: str) -> None:
    call_command("hand_over", str(file), "--out", str(out), *more)


def test_a_plan_is_written_as_terraform_a_table_and_two_pages(
    shipped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    hand_over(REFERENCE, out, "--format", "json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["proven_optimal"] is True
    written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert written == set(answer["files"])
    files = {str(p.relative_to(out / "terraform")): p.read_text() for p in out.rglob("*.tf*")}
    assert "." in require_sound(files)
    assert len(PdfReader(out / "decision.pdf").pages) == 2
    assert (out / "plan.csv").read_text().startswith('"flow","from","to","option"')


def test_what_is_in_a_folder_is_left_as_it_is(
    shipped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").write_text("kept")
    with pytest.raises(SystemExit, match="2"):
        hand_over(REFERENCE, tmp_path)
    assert "is not empty; name another folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9"])
def test_a_time_without_sense_is_refused(
    shipped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        hand_over(REFERENCE, tmp_path / "out", "--time-limit", seconds)
    assert "--time-limit: is" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_plan_nothing_is_written(
    shipped: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given.json"
    vpcs = [vpc(name, "111111111111", "10.0.0.0/16") for name in ("clients", "orders")]
    given.write_text(json.dumps(document(flow(options=["vpc-peering"]), vpcs=vpcs)))
    with pytest.raises(SystemExit, match="2"):
        hand_over(given, tmp_path / "out")
    assert "flows: have no plan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
