import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.handover.folder import require_empty, write_files
from advisor.handover.review_files import review_files
from advisor.management import command
from advisor.management.review_table import inputs_table, review_table
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.document.parser import read
from connectivity.core.problems import Problem
from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviews import REVIEWS
from connectivity.review_answers import review_document
from costmodel.queries import UnknownPriceList


class Command(command.Command):
    help = "Reviews what breaks first: a document of reviews, or a topology that carries them."

    def add_arguments(self, parser: CommandParser) -> None:
        words = "the document (JSON or YAML); - reads standard input"
        parser.add_argument("file", nargs="?", help=words)
        parser.add_argument(
            "--inputs", choices=sorted(REVIEWS), metavar="REVIEW", help="what a review takes"
        )
        parser.add_argument("--only", help="only these, by key or name, e.g. nat,nlb/payments")
        parser.add_argument(
            "--confirm",
            action="append",
            default=[],
            help="take an odd input as it is, e.g. nat/payments.keepalive_seconds; repeatable",
        )
        parser.add_argument("--out", help="writes the files to a folder, new or empty")
        parser.add_argument("--price-list", help="by name; the newest one without it")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["inputs"]:
            self.stdout.write(inputs_table(REVIEWS[options["inputs"]]))
            return
        if not options["file"]:
            known = ", ".join(sorted(REVIEWS))
            self.refuse([Problem("file", f"is required; or --inputs and one of {known}")])
        try:
            with self.refusing(options["file"]):
                answered = _answered(options)
        except UnknownPriceList as error:
            self.refuse([Problem("--price-list", str(error))])
        if options["out"]:
            self._write(answered, Path(options["out"]))
        answer = plain_reviews(answered)
        if options["format"] == "json":
            self.write_json(answer)
        else:
            self.stdout.write(review_table(answer))

    def _write(self, answered: ReviewedDocument, folder: Path) -> None:
        with self.refusing(str(folder)):
            require_empty(folder)
            write_files(folder, review_files(answered))


def _answered(options: dict[str, Any]) -> ReviewedDocument:
    path = options["file"]
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    only = [name.strip() for name in (options["only"] or "").split(",") if name.strip()]
    return review_document(
        None, read(data), only=only, confirmed=options["confirm"], prices=options["price_list"]
    )
