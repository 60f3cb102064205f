from typing import Any

from django.core.management.base import CommandParser

from advisor.management import command
from advisor.management.commands.import_prices import said_of
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import Problem, did_you_mean
from costmodel.clients import PUBLIC, FetchError
from costmodel.fetching import fetch_prices, query_prices
from costmodel.importers.offer_rows import OfferError


class Command(command.Command):
    help = "Makes a new price list of the files that AWS publishes; no credentials are needed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", action="append", required=True, help="may be repeated")
        parser.add_argument("--base-url", default=PUBLIC, help="where AWS's files are")
        parser.add_argument(
            "--api", action="store_true", help="ask the Price List API, which needs credentials"
        )
        parser.add_argument("--name", default="", help="of the new list")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = [region for region in options["region"] if region not in AZ_PREFIXES]
        if unknown:
            near = did_you_mean(unknown[0], AZ_PREFIXES)
            self.refuse([Problem("--region", f"{unknown[0]!r} is not a known Region{near}")])
        try:
            if options["api"]:
                row = query_prices(options["region"], options["name"])
            else:
                row = fetch_prices(options["region"], options["base_url"], options["name"])
        except (FetchError, OfferError, OSError) as error:
            self.refuse([Problem("prices", str(error))])
        else:
            self.stdout.write(said_of(row, options["format"]))
