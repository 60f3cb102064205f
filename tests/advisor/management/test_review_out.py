"""The files of reviews, written to a folder at the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from advisor.handover.review_files import STEPS
from connectivity.core.reviewing.review import Kind

pytestmark = pytest.mark.django_db

NAT = {"connections_per_second": 250, "connection_seconds": 180, "max_idle_seconds": 600}


def written(tmp_path: Path, reviews: Any) -> Path:
    given, out = tmp_path / "given.json", tmp_path / "deep" / "out"
    given.write_text(json.dumps({"version": 1, "name": "shop", "reviews": reviews}))
    call_command("review", str(given), "--out", str(out))
    return out


def test_each_review_has_a_folder_and_the_readme_names_every_file(tmp_path: Path) -> None:
    odd = {**NAT, "keepalive_seconds": 240_000}
    out = written(tmp_path, {"nat/payments": NAT, "dns": {"lookups_per_second": 400}, "nat": odd})
    assert sorted(path.name for path in out.iterdir()) == ["README.md", "dns", "nat_payments"]
    readme = (out / "README.md").read_text()
    for path in out.rglob("*/*"):
        assert f"`{path.relative_to(out)}`" in readme
    assert "`nat` gives nothing yet: it asks about keepalive_seconds" in readme
    assert readme.index("dns-rules.yml`") < readme.index("nat-main.tf`") < readme.index("nat-keep")
    assert "= 234" in (out / "nat_payments" / "nat-keepalive.conf").read_text()


@pytest.mark.parametrize(
    "label", ["..", "../../x".replace("/", "\\"), "`a`](b)", "ä", "CON", "a b", "x" * 200, "."]
)
def test_no_label_leaves_the_folder(tmp_path: Path, label: str) -> None:
    out = written(tmp_path, {f"nat/{label}": NAT, "nat": NAT})
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) == 2
    assert all(path.name.isascii() and path.name.replace("_", "").isalnum() for path in folders)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert len(list(tmp_path.iterdir())) == 2


def test_labels_with_slashes_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        written(tmp_path, {"nat/../../x": NAT})
    assert not (tmp_path / "deep").exists()


def test_what_is_in_a_folder_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deep" / "out").mkdir(parents=True)
    (tmp_path / "deep" / "out" / "notes").write_text("kept")
    with pytest.raises(SystemExit, match="2"):
        written(tmp_path, {"nat": NAT})
    assert "is not empty; name another folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "deep" / "out").iterdir()] == ["notes"]


def test_every_kind_of_file_has_its_step() -> None:
    assert set(STEPS) == set(Kind)
