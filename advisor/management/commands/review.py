import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.handover.folder import require_empty, write_files
from advisor.handover.review_files import review_files
from advisor.management import command
from advisor.management.manifest_table import manifest_table
from advisor.management.review_inputs import given_by
from advisor.management.review_table import inputs_table, review_table
from connectivity.core.as_json.manifests import plain_manifests
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.document.parser import read
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewed_document import inputs_in
from connectivity.core.reviewing.given import EXAMPLE, Given, together
from connectivity.core.reviews import REVIEWS
from connectivity.importers.manifests import File, is_manifest
from connectivity.review_answers import review_document, review_manifests
from costmodel.queries import UnknownPriceList

ONE_DOCUMENT = "one document at a time; only manifests may be several files"


class Command(command.Command):
    help = (
        "Reviews what breaks first: a document of reviews, a topology that carries them, or "
        "Kubernetes manifests as helm template and kubectl get -o yaml print them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        words = (
            "the document (JSON or YAML), or manifests and, beside them, documents of reviews with "
            "the inputs that no manifest states; - reads standard input"
        )
        parser.add_argument("files", nargs="*", metavar="file", help=words)
        parser.add_argument(
            "--inputs", choices=sorted(REVIEWS), metavar="REVIEW", help="what a review takes"
        )
        parser.add_argument("--only", help="only these, by key or name, e.g. nat,nlb/payments")
        self._add_repeatable(parser, "--set", f"give an input, e.g. {EXAMPLE}=50")
        example = "nat/payments.keepalive_seconds"
        self._add_repeatable(parser, "--confirm", f"take an odd input as it is, e.g. {example}")
        parser.add_argument("--out", help="writes the files to a folder, new or empty")
        parser.add_argument("--price-list", help="by name; the newest one without it")
        self.add_format(parser)

    def _add_repeatable(self, parser: CommandParser, name: str, words: str) -> None:
        parser.add_argument(name, action="append", default=[], help=f"{words}; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["inputs"]:
            self.stdout.write(inputs_table(REVIEWS[options["inputs"]]))
            return
        if not options["files"]:
            known = ", ".join(sorted(REVIEWS))
            self.refuse([Problem("file", f"is required; or --inputs and one of {known}")])
        try:
            with self.refusing():
                answer, files = _answered(options)
        except UnknownPriceList as error:
            self.refuse([Problem("--price-list", str(error))])
        if options["out"]:
            with self.refusing(options["out"]):
                require_empty(Path(options["out"]))
                write_files(Path(options["out"]), files)
        if options["format"] == "json":
            self.write_json(answer)
        else:
            table = manifest_table if "manifests" in answer else review_table
            self.stdout.write(table(answer))


def _answered(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The answer as plain values, and its files."""
    files = [_read(name) for name in options["files"]]
    given = given_by(options["set"])
    asked: dict[str, Any] = {
        "only": [name.strip() for name in (options["only"] or "").split(",") if name.strip()],
        "confirmed": options["confirm"],
        "prices": options["price_list"],
    }
    manifests = [file for file in files if is_manifest(file.data)]
    if not manifests:
        if len(files) > 1:
            raise DocumentRefused([Problem(files[1].name, ONE_DOCUMENT)])
        told = review_document(None, read(files[0].data), given=given, **asked)
        return plain_reviews(told), review_files(told)
    beside = [file for file in files if file not in manifests]
    given = together(_given_beside(beside), given)
    answer = review_manifests(None, manifests, given=given, **asked)
    plain = plain_manifests(answer.told, answer.passed)
    return plain, review_files(answer.told.document, plain["manifests"])


def _read(name: str) -> File:
    if name == "-":
        return File("standard input", sys.stdin.buffer.read())
    try:
        return File(name, Path(name).read_bytes())
    except OSError as error:
        raise DocumentRefused([Problem(name, error.strerror or str(error))]) from error


def _given_beside(files: Collection[File]) -> Given:
    given: Given = {}
    for file in files:
        try:
            given = together(given, inputs_in(read(file.data)))
        except DocumentRefused as error:
            places = (Problem(f"{file.name}: {p.path}", p.problem) for p in error.problems)
            raise DocumentRefused(places) from error
    return given
