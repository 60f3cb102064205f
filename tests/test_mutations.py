"""Damaged price files, accounts files and zone files: read or refused, nothing else, nothing left.

The same with more files: `.venv/bin/python benchmarks/mutations.py 5000`.
"""

from pathlib import Path

import pytest

from advisor.models import Team
from costmodel.models import PriceList
from tests.mutations import doors, tried

FILES = 250
SEED = 20261126
NAMES = [door.name for door in doors(Path(), 0)]


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_a_damaged_file_is_read_or_refused(number: int, tmp_path: Path) -> None:
    PriceList.objects.all().delete()  # storing thousands of shipped prices again is not the point
    team = Team.objects.create(slug="damaged", name="Damaged")
    tally = tried(doors(tmp_path, team.pk)[number], FILES, SEED)
    assert tally.read > FILES // 20
    assert tally.refused > FILES // 10
