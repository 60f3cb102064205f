from typing import Any

from django.core.management.base import BaseCommand

from connectivity.ingest import load_shipped_latencies
from costmodel.shipped import load_shipped_prices


class Command(BaseCommand):
    help = "Loads the prices and latencies that come with this release. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        prices, latencies = load_shipped_prices(), load_shipped_latencies()
        if not options["verbosity"]:
            return
        self.stdout.write(f"price list {prices}: {prices.prices.count()} prices")
        self.stdout.write(f"latency set {latencies}: {latencies.cells.count()} figures")
