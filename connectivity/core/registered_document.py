"""A document read with the names of what is registered: its options, objects and quotas."""

from typing import Any

from connectivity.core.document import validation as documents
from connectivity.core.document.parser import read
from connectivity.core.network.topology import Topology
from connectivity.core.options import OPTIONS


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
    return documents.topology(document, OPTIONS.vocabulary, is_plain=is_plain)
