"""A document read with the names of what is registered: options, objects, quotas, reviews."""

from typing import Any

from connectivity.core.document import validation as documents
from connectivity.core.document.fields import plain_problems
from connectivity.core.document.parser import read
from connectivity.core.network.topology import Topology
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import is_reviews_alone, review_problems, reviewed
from connectivity.core.reviewing.tables import Tables


def parse(data: bytes) -> Topology:
    """The topology in a JSON or YAML document.

    Raises:
        DocumentRefused: with its problems at once.
    """
    return topology(read(data))


def topology(document: Any, *, is_plain: bool = False) -> Topology:
    """The topology that plain values describe; see `document.topology`.

    Raises:
        DocumentRefused: with its problems at once, each with its path.
    """
    described = documents.topology(document, OPTIONS.vocabulary, is_plain=is_plain)
    if problems := review_problems(document):
        raise DocumentRefused(problems)
    return described


def storable_name(document: Any) -> str:
    """The name of a document that may be stored: a topology, or one of reviews alone.

    Raises:
        DocumentRefused: with its problems at once, each with its path.
    """
    if not is_reviews_alone(document):
        return topology(document).name
    problems = plain_problems(document)
    if problems:
        raise DocumentRefused(problems)
    return reviewed(document, Tables({})).name
