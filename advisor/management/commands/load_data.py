from typing import Any

from advisor.management import command
from advisor.models import Team
from connectivity.ingest import load_shipped_latencies
from costmodel.shipped import load_shipped_prices


class Command(command.Command):
    help = "Loads this release's prices and latencies, and makes the first team. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        prices, latencies = load_shipped_prices(), load_shipped_latencies()
        Team.objects.default()
        if not options["verbosity"]:
            return
        self.stdout.write(f"price list {prices}: {prices.prices.count()} prices")
        self.stdout.write(f"latency set {latencies}: {latencies.cells.count()} figures")
