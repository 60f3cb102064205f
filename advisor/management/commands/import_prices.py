from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.text.encoding import as_json
from connectivity.core.problems import Problem
from costmodel.importers.offer_rows import OfferError
from costmodel.ingest import import_prices
from costmodel.models import PriceList


class Command(command.Command):
    help = (
        "Makes a new price list of AWS's offer files (JSON or CSV) and saved answers of "
        "aws pricing get-products, or folders of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", help="price files, or folders of them")
        parser.add_argument("--name", default="", help="of the new list")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = import_prices([Path(path) for path in options["paths"]], options["name"])
        except (OfferError, OSError) as error:
            self.refuse([Problem("prices", str(error))])
        else:
            self.stdout.write(said_of(row, options["format"]))


def said_of(row: PriceList, form: str) -> str:
    """The contract's answer to an import, or the same in words."""
    counts = {name: row.counts.get(name) for name in ("read", "kept", "older", "skipped")}
    if form == "json":
        return as_json({"price_list": row.name} | counts, is_readable=True).decode()
    skipped = [
        f"  left out: {reason['count']:>9,}  {reason['why']}" for reason in counts["skipped"] or []
    ]
    head = f"price list {row.name} as of {row.as_of} is in force: "
    if older := counts["older"]:
        skipped.insert(0, f"  {older:,} of them are older than what was in force, which stays")
    return "\n".join([f"{head}{counts['kept']:,} prices of {counts['read']:,} read", *skipped])
