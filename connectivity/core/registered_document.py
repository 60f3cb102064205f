"""A document read with the names of what is registered: options, objects, quotas, reviews."""

from typing import Any

from connectivity.core.document import validation as documents
from connectivity.core.document.parser import read
from connectivity.core.network.topology import Topology
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import review_problems


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
