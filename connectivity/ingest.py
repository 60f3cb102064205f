"""Stores latencies."""

import hashlib
from pathlib import Path

from django.db import transaction

from connectivity import models
from connectivity.importers import latency_table

SHIPPED = Path(__file__).parent / "data" / "option_p99_us-east-1_2020.csv"
SHIPPED_AS_OF = "2020"


@transaction.atomic
def load_shipped_latencies() -> models.LatencySet:
    """The published figures that come with this release. Safe to repeat."""
    text = SHIPPED.read_text(encoding="utf-8")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    row, is_new = models.LatencySet.objects.get_or_create(
        sha256=sha256,
        defaults={"name": f"published-{SHIPPED_AS_OF}-{sha256[:6]}", "as_of": SHIPPED_AS_OF},
    )
    if is_new:
        models.LatencyCell.objects.bulk_create(
            models.LatencyCell(
                latency_set=row,
                option=cell.option,
                from_az=cell.from_az,
                to_az=cell.to_az,
                us=cell.us,
                noise_us=cell.noise_us,
                basis=cell.basis,
                as_of=cell.as_of,
                source=cell.source,
                comment=cell.comment,
            )
            for cell in latency_table.read(text.splitlines())
        )
    return row
